// Chunk indexes: where the chunks of a dataset lie.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/hdf5/object.h"

namespace vdp::hdf5 {

/// The filter mask of a chunk that went through none.
inline constexpr std::uint32_t no_filters = 0xffffffff;

struct StoredChunk {
  std::uint64_t index = 0;  ///< position in the chunk grid, C order
  Address address = undefined_address;
  std::uint64_t size_bytes = 0;
  std::uint32_t filter_mask = 0;  ///< bit i set: filter i of the pipeline was not applied
};

/// The chunk grid over a dataset's current extent.
struct ChunkGrid {
  std::vector<std::uint64_t> chunk_shape;
  std::vector<std::uint64_t> grid_shape;
  std::uint64_t count = 0;        ///< number of chunks
  std::uint64_t chunk_bytes = 0;  ///< of one chunk before filters
};
Result<ChunkGrid> chunk_grid(const DatasetHeader& dataset);

/// All stored chunks within the extent, in the index's order. `btree_k` is the superblock's. Where the layout leaves
/// partial edge chunks unfiltered, their masks say so.
Decoded<std::vector<StoredChunk>> read_chunk_index(const FileView& file, const DatasetHeader& dataset,
                                                   std::uint16_t btree_k);

/// Layout version 3: a version 1 B-tree.
Decoded<std::vector<StoredChunk>> read_btree_v1_chunks(const FileView& file, const DatasetHeader& dataset,
                                                       const ChunkGrid& grid, std::uint16_t btree_k);

}  // namespace vdp::hdf5
