#include "formats/hdf5/chunk_index.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "base/checked.h"
#include "formats/hdf5/btree_v1.h"
#include "formats/hdf5/chunk_elements.h"

namespace vdp::hdf5 {
namespace {

/// Size (4), filter mask (4), then per dimension and for the element the offset of the chunk's first element (8 each).
struct ChunkKey {
  std::uint32_t size_bytes = 0;
  std::uint32_t filter_mask = 0;
  std::optional<std::uint64_t> index;  ///< nothing where the chunk lies beyond the extent
};

Result<ChunkKey> decode_key(Cursor cursor, const ChunkGrid& grid) {
  ChunkKey key;
  VDP_ASSIGN(key.size_bytes, cursor.read_u32("chunk key: size"));
  VDP_ASSIGN(key.filter_mask, cursor.read_u32("chunk key: filter mask"));
  std::uint64_t index = 0;
  bool inside = true;
  for (std::size_t axis = 0; axis < grid.chunk_shape.size(); ++axis) {
    VDP_ASSIGN(const auto offset, cursor.read_u64("chunk key: offset"));
    const std::uint64_t edge = grid.chunk_shape[axis];
    if (offset % edge != 0) {
      return corrupt(
          fmt::format("chunk key: offset {} along dimension {} is no multiple of the chunk's {}", offset, axis, edge));
    }
    inside = inside && offset / edge < grid.grid_shape[axis];
    if (inside) index = index * grid.grid_shape[axis] + offset / edge;
  }
  if (inside) key.index = index;
  return key;
}

}  // namespace

Result<ChunkGrid> chunk_grid(const DatasetHeader& dataset) {
  const auto& shape = dataset.space.shape;
  ChunkGrid grid;
  grid.chunk_shape = dataset.layout.chunk_shape;
  if (grid.chunk_shape.size() != shape.size()) {
    return corrupt(fmt::format("chunks of rank {} in a dataset of rank {}", grid.chunk_shape.size(), shape.size()));
  }
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    grid.grid_shape.push_back(divide_up(shape[axis], grid.chunk_shape[axis]));
  }
  const auto count = checked_product(grid.grid_shape);
  auto elements = checked_product(grid.chunk_shape);
  if (elements) elements = checked_multiply<std::uint64_t>(*elements, dataset.type.size_bytes);
  if (!count || !elements) {
    return corrupt(fmt::format("chunks of ({}) in a shape of ({}): more than 2^64 of them or of their bytes",
                               fmt::join(grid.chunk_shape, ", "), fmt::join(shape, ", ")));
  }
  grid.count = *count;
  grid.chunk_bytes = *elements;
  return grid;
}

Decoded<std::vector<StoredChunk>> read_btree_v1_chunks(const FileView& file, const DatasetHeader& dataset,
                                                       const ChunkGrid& grid, std::uint16_t btree_k) {
  const std::uint64_t width = file.geometry().offset_bytes;
  const std::uint64_t key_bytes = 8 + 8 * (grid.chunk_shape.size() + 1);
  const std::uint64_t node_bytes = 8 + 2 * width + 2ULL * btree_k * (key_bytes + width) + key_bytes;
  const BtreeShape shape{BtreeKind::chunk, key_bytes, node_bytes};
  std::vector<StoredChunk> chunks;
  VDP_TRY(visit_btree_v1(file, dataset.layout.address, shape, [&](const BtreeEntry& entry) -> Status {
    VDP_ASSIGN(const ChunkKey key, decode_key(file.cursor(entry.key, entry.key_at), grid));
    if (key.index) chunks.push_back({*key.index, entry.child, key.size_bytes, key.filter_mask});
    return {};
  }));
  return chunks;
}

namespace {

/// The layout message itself says where it lies.
std::vector<StoredChunk> single_chunk(const DatasetHeader& dataset, const ChunkGrid& grid) {
  const Layout& layout = dataset.layout;
  if (grid.count == 0) return {};
  const bool filtered = layout.single_chunk_bytes != 0;
  return {
      {0, layout.address, filtered ? layout.single_chunk_bytes : grid.chunk_bytes, layout.single_chunk_filter_mask}};
}

/// Whether the chunk reaches beyond the extent.
bool is_partial(std::uint64_t index, const std::vector<std::uint64_t>& shape, const ChunkGrid& grid) {
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    const std::uint64_t position = index % grid.grid_shape[axis];
    index /= grid.grid_shape[axis];
    if (position + 1 == grid.grid_shape[axis] && shape[axis] % grid.chunk_shape[axis] != 0) return true;
  }
  return false;
}

Decoded<std::vector<StoredChunk>> read_index(const FileView& file, const DatasetHeader& dataset, const ChunkGrid& grid,
                                             std::uint16_t btree_k) {
  switch (dataset.layout.index) {
    case ChunkIndex::btree_v1:
      return read_btree_v1_chunks(file, dataset, grid, btree_k);
    case ChunkIndex::single_chunk:
      return single_chunk(dataset, grid);
    case ChunkIndex::implicit:
      return read_implicit_chunks(file, dataset, grid);
    case ChunkIndex::fixed_array:
      return read_fixed_array(file, dataset, grid);
    case ChunkIndex::extensible_array:
      return read_extensible_array(file, dataset, grid);
    case ChunkIndex::btree_v2:
      return read_btree_v2_chunks(file, dataset, grid);
  }
  return corrupt("chunk index of an unknown type");
}

}  // namespace

Decoded<std::vector<StoredChunk>> read_chunk_index(const FileView& file, const DatasetHeader& dataset,
                                                   std::uint16_t btree_k) {
  if (dataset.layout.address == undefined_address) return std::vector<StoredChunk>{};
  VDP_ASSIGN(const ChunkGrid grid, chunk_grid(dataset));
  VDP_ASSIGN(std::vector<StoredChunk> chunks, read_index(file, dataset, grid, btree_k));
  if (!dataset.layout.edge_chunks_unfiltered) return chunks;
  for (StoredChunk& chunk : chunks) {
    if (is_partial(chunk.index, dataset.space.shape, grid)) chunk.filter_mask = no_filters;
  }
  return chunks;
}

}  // namespace vdp::hdf5
