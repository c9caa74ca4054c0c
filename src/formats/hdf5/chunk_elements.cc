#include "formats/hdf5/chunk_elements.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.h"
#include "formats/hdf5/btree_v2.h"

namespace vdp::hdf5 {
namespace {

constexpr std::uint8_t btree_unfiltered_chunks = 10;
constexpr std::uint8_t btree_filtered_chunks = 11;

/// Index in the grid from positions along each axis; nothing beyond the extent.
std::optional<std::uint64_t> flatten(const std::vector<std::uint64_t>& position,
                                     const std::vector<std::uint64_t>& counts) {
  std::uint64_t index = 0;
  for (std::size_t axis = 0; axis < counts.size(); ++axis) {
    if (position[axis] >= counts[axis]) return std::nullopt;
    index = index * counts[axis] + position[axis];
  }
  return index;
}

}  // namespace

ElementOrder::ElementOrder(const DatasetHeader& dataset, const ChunkGrid& grid)
    : counts_(grid.grid_shape), position_(counts_.size()) {
  const auto& longest = dataset.space.max_shape;
  std::optional<std::size_t> unlimited;
  for (std::size_t axis = 0; axis < counts_.size(); ++axis) {
    const bool is_unlimited = longest[axis] == undefined_address;
    // Files never have 0 here; a broken one must not divide by it.
    max_counts_.push_back(is_unlimited ? undefined_address
                                       : std::max<std::uint64_t>(divide_up(longest[axis], grid.chunk_shape[axis]), 1));
    if (is_unlimited && !unlimited) unlimited = axis;
  }
  for (std::size_t axis = counts_.size(); axis-- > 0;) {
    if (axis != unlimited) axes_.push_back(axis);
  }
  if (unlimited) axes_.push_back(*unlimited);
}

void ElementOrder::seek(std::uint64_t element) {
  for (const std::size_t axis : axes_) {
    position_[axis] = element % max_counts_[axis];
    element /= max_counts_[axis];
  }
  is_beyond_ = element != 0;
}

void ElementOrder::step() {
  for (const std::size_t axis : axes_) {
    if (++position_[axis] < max_counts_[axis]) return;
    position_[axis] = 0;
  }
  is_beyond_ = true;
}

std::optional<std::uint64_t> ElementOrder::grid_index() const {
  return is_beyond_ ? std::nullopt : flatten(position_, counts_);
}

ElementSink::ElementSink(const FileView& file, const DatasetHeader& dataset, const ChunkGrid& grid, bool filtered,
                         std::uint64_t element_bytes)
    : file_(file),
      order_(dataset, grid),
      filtered_(filtered),
      element_bytes_(element_bytes),
      chunk_bytes_(grid.chunk_bytes) {}

Status ElementSink::check() const {
  const std::uint64_t address_bytes = file_.geometry().offset_bytes;
  const std::uint64_t least = filtered_ ? address_bytes + 4 + 1 : address_bytes;
  const std::uint64_t most = filtered_ ? address_bytes + 4 + 8 : address_bytes;
  if (element_bytes_ >= least && element_bytes_ <= most) return {};
  return corrupt(
      fmt::format("chunk index: elements of {} bytes found, {} to {} expected", element_bytes_, least, most));
}

Status ElementSink::add(std::uint64_t first, ByteView elements) {
  Cursor cursor(elements);
  const std::size_t size_width = filtered_ ? element_bytes_ - file_.geometry().offset_bytes - 4 : 0;
  order_.seek(first);
  for (; cursor.remaining() >= element_bytes_; order_.step()) {
    VDP_ASSIGN(StoredChunk chunk, read_chunk_place(file_, cursor, filtered_, size_width, chunk_bytes_));
    if (chunk.address == undefined_address) continue;
    const std::optional<std::uint64_t> index = order_.grid_index();
    if (!index) continue;
    if (chunks_.size() >= file_.limits().max_entries) {
      return over_limit(fmt::format("chunk index: more than {} chunks", file_.limits().max_entries));
    }
    chunk.index = *index;
    chunks_.push_back(chunk);
  }
  return {};
}

Result<StoredChunk> read_chunk_place(const FileView& file, Cursor& cursor, bool filtered, std::size_t size_width,
                                     std::uint64_t chunk_bytes) {
  StoredChunk chunk;
  VDP_ASSIGN(chunk.address, file.read_address(cursor, "chunk: address"));
  chunk.size_bytes = chunk_bytes;
  if (!filtered) return chunk;
  VDP_ASSIGN(chunk.size_bytes, cursor.read_uint(size_width, "chunk: size"));
  VDP_ASSIGN(chunk.filter_mask, cursor.read_u32("chunk: filter mask"));
  return chunk;
}

/// Records: the chunk's place, then its position in the grid of chunks (8 per dimension).
Decoded<std::vector<StoredChunk>> read_btree_v2_chunks(const FileView& file, const DatasetHeader& dataset,
                                                       const ChunkGrid& grid) {
  VDP_ASSIGN(const BtreeV2Records tree, read_btree_v2(file, dataset.layout.address));
  if (tree.type != btree_unfiltered_chunks && tree.type != btree_filtered_chunks) {
    return corrupt(fmt::format("chunk index: B-tree records of type {} found, 10 or 11 expected", tree.type));
  }
  const bool filtered = tree.type == btree_filtered_chunks;
  const std::size_t fixed_bytes = file.geometry().offset_bytes + (filtered ? 4 : 0) + 8 * grid.grid_shape.size();
  if (tree.record_bytes < fixed_bytes || tree.record_bytes - fixed_bytes > 8 ||
      (!filtered && tree.record_bytes != fixed_bytes)) {
    return corrupt(fmt::format("chunk index: B-tree records of {} bytes found", tree.record_bytes));
  }
  std::vector<StoredChunk> chunks;
  std::vector<std::uint64_t> position(grid.grid_shape.size());
  for (const ByteView record : tree.records) {
    Cursor cursor(record);
    VDP_ASSIGN(StoredChunk chunk,
               read_chunk_place(file, cursor, filtered, tree.record_bytes - fixed_bytes, grid.chunk_bytes));
    for (std::uint64_t& along : position) {
      VDP_ASSIGN(along, cursor.read_u64("chunk: position"));
    }
    const std::optional<std::uint64_t> index = flatten(position, grid.grid_shape);
    if (!index || chunk.address == undefined_address) continue;
    chunk.index = *index;
    chunks.push_back(chunk);
  }
  return chunks;
}

Decoded<std::vector<StoredChunk>> read_implicit_chunks(const FileView& file, const DatasetHeader& dataset,
                                                       const ChunkGrid& grid) {
  const auto total = checked_multiply(grid.count, grid.chunk_bytes);
  if (!total || !file.contains(dataset.layout.address, *total)) {  // so many chunks do fit the file
    return corrupt(fmt::format("{} chunks of {} bytes reach beyond the end of the file", grid.count, grid.chunk_bytes));
  }
  if (grid.count > file.limits().max_entries) {
    return over_limit(fmt::format("more than {} chunks", file.limits().max_entries));
  }
  ElementOrder order(dataset, grid);
  std::vector<StoredChunk> chunks;
  for (std::uint64_t element = 0; chunks.size() < grid.count; ++element, order.step()) {
    if (!file.contains(dataset.layout.address, (element + 1) * grid.chunk_bytes)) {
      return corrupt("chunks without an index reach beyond the end of the file");
    }
    const std::optional<std::uint64_t> index = order.grid_index();
    if (!index) continue;
    chunks.push_back({*index, dataset.layout.address + element * grid.chunk_bytes, grid.chunk_bytes, 0});
  }
  return chunks;
}

}  // namespace vdp::hdf5
