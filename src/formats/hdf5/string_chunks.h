// Datasets of variable-length strings: their chunks hold references into the global heap, so the strings are read while
// parsing and become inlined chunks.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/hdf5/chunk_index.h"

namespace vdp::hdf5 {

struct InlineChunk {
  std::uint64_t index = 0;  ///< position in the chunk grid, C order
  Bytes bytes;              ///< encoded as vlen-utf8
};

/// Every stored chunk of the dataset, trimmed to its shape (see string_chunk_shape). `chunks` is its chunk index, empty
/// for other layouts. Elements beyond the shape are the fill value.
Decoded<std::vector<InlineChunk>> read_string_chunks(const FileView& file, const DatasetHeader& dataset,
                                                     const std::vector<StoredChunk>& chunks);

/// The chunk edges, no longer than the shape but 1 at least.
std::vector<std::uint64_t> string_chunk_shape(const DatasetHeader& dataset);

/// The same chunk with edges `to`, none shorter than `from`; what is new is `fill`.
Result<InlineChunk> extend_string_chunk(const InlineChunk& chunk, const std::vector<std::uint64_t>& from,
                                        const std::vector<std::uint64_t>& to, const std::string& fill);

/// The fill value as text.
Decoded<std::string> read_string_fill(const FileView& file, const DatasetHeader& dataset);

}  // namespace vdp::hdf5
