// From a decoded dataset to a virtual array.
#pragma once

#include <vector>

#include "formats/hdf5/object.h"
#include "formats/hdf5/string_chunks.h"
#include "manifest/virtual_dataset.h"

namespace vdp::hdf5 {

/// What a dataset stores beyond its header.
struct DatasetContents {
  std::vector<StoredChunk> chunks;   ///< of a chunked dataset
  std::vector<InlineChunk> inlined;  ///< instead of references to `chunks`, decoded (see must_be_inlined)
  std::vector<InlineChunk> strings;  ///< of variable-length strings
  std::string string_fill;
  std::string problem;  ///< why they could not be read; empty: they could
};

/// Whether any element of the dataset is stored.
bool stores_data(const DatasetHeader& dataset, const DatasetContents& contents);

/// The array with its attributes, all but its dimension names. `unsupported` or `corrupt` where its values could not be
/// told for certain: chunks beyond the end of the file, filters that some chunks left out, ...
Result<VirtualArray> build_array(const FileView& file, const Object& object, const DatasetContents& contents,
                                 const SourceLocation& source);

}  // namespace vdp::hdf5
