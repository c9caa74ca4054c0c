// Small arrays whose chunks no official reader decodes as they are stored: decoded while parsing, and inlined.
#pragma once

#include <vector>

#include "formats/hdf5/chunk_index.h"
#include "formats/hdf5/string_chunks.h"

namespace vdp::hdf5 {

/// The filters that all chunks went through. One codec list must hold for all of an array's chunks, so chunks that left
/// filters out must have left out the same ones: often it is a tiny array's only chunk, which its compressor did not
/// make smaller. `unsupported`, naming two chunks, where they differ.
Result<std::vector<Filter>> common_filters(const DatasetHeader& dataset, const std::vector<StoredChunk>& chunks);

/// Whether there are chunks that codecs cannot describe but that can be decoded here, small enough in sum to be
/// inlined.
bool must_be_inlined(const DatasetHeader& dataset, const std::vector<StoredChunk>& chunks);

/// All stored chunks without any filter, in the dataset's byte order. Only where must_be_inlined.
Decoded<std::vector<InlineChunk>> read_inlined_chunks(const FileView& file, const DatasetHeader& dataset,
                                                      const std::vector<StoredChunk>& chunks);

}  // namespace vdp::hdf5
