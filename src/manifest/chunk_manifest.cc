#include "manifest/chunk_manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/checked.h"

namespace vdp {

Result<ChunkManifest> ChunkManifest::for_array(const zarr::ArrayMetadata& metadata) {
  zarr::Shape grid = metadata.grid_shape();
  if (!checked_product(grid)) {
    return over_limit(fmt::format("a grid of {} chunks: their number does not fit 64 bits", fmt::join(grid, " x ")));
  }
  return ChunkManifest(std::move(grid));
}

std::uint32_t ChunkManifest::add_location(SourceLocation location) {
  const std::size_t hash = std::hash<std::string>()(location.url);
  const auto [begin, end] = location_by_hash_.equal_range(hash);
  for (auto candidate = begin; candidate != end; ++candidate) {
    if (locations_[candidate->second] == location) return candidate->second;
  }
  const auto index = static_cast<std::uint32_t>(locations_.size());
  locations_.push_back(std::move(location));
  location_by_hash_.emplace(hash, index);
  return index;
}

void ChunkManifest::add_row(std::uint64_t index, std::uint32_t location, std::uint64_t offset, std::uint64_t length) {
  if (!index_.empty() && index <= index_.back()) sorted_ = false;
  index_.push_back(index);
  location_.push_back(location);
  offset_.push_back(offset);
  length_.push_back(length);
}

void ChunkManifest::set_virtual(std::uint64_t index, VirtualRef ref) {
  add_row(index, ref.location, ref.offset, ref.length);
}

void ChunkManifest::set_inline(std::uint64_t index, Bytes bytes) {
  add_row(index, inlined_mark, inlined_.size(), bytes.size());
  inlined_.push_back(std::move(bytes));
}

void ChunkManifest::sort_rows() const {
  std::vector<std::size_t> order(index_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [this](std::size_t row) { return index_[row]; });
  // Of equal indices the last row holds.
  const auto superseded = [this, &order](std::size_t position) {
    return position + 1 < order.size() && index_[order[position]] == index_[order[position + 1]];
  };
  std::size_t kept = 0;
  for (std::size_t position = 0; position < order.size(); ++position) {
    if (!superseded(position)) order[kept++] = order[position];
  }
  order.resize(kept);
  const auto permute = [&order](auto& column) {
    std::remove_reference_t<decltype(column)> sorted(order.size());
    for (std::size_t row = 0; row < order.size(); ++row) sorted[row] = column[order[row]];
    column = std::move(sorted);
  };
  permute(location_);
  permute(offset_);
  permute(length_);
  permute(index_);
  sorted_ = true;
}

std::size_t ChunkManifest::size() const {
  sort();
  return index_.size();
}

ChunkManifest::Entry ChunkManifest::entry(std::size_t row) const {
  Entry entry;
  entry.index = index_[row];
  if (location_[row] == inlined_mark) {
    entry.inlined = &inlined_[offset_[row]];
  } else {
    entry.ref = {location_[row], offset_[row], length_[row]};
  }
  return entry;
}

std::vector<std::uint64_t> ChunkManifest::indices() const {
  sort();
  return index_;
}

std::optional<ChunkManifest::Entry> ChunkManifest::find(std::uint64_t index) const {
  sort();
  const auto found = std::ranges::lower_bound(index_, index);
  if (found == index_.end() || *found != index) return std::nullopt;
  return entry(static_cast<std::size_t>(found - index_.begin()));
}

std::uint64_t ChunkManifest::linear(const zarr::Shape& index) const {
  std::uint64_t position = 0;
  for (std::size_t i = 0; i < grid_shape_.size(); ++i) position = position * grid_shape_[i] + index[i];
  return position;
}

zarr::Shape ChunkManifest::unravel(std::uint64_t index) const {
  zarr::Shape unraveled(grid_shape_.size());
  for (std::size_t i = grid_shape_.size(); i-- > 0;) {
    if (grid_shape_[i] == 0) continue;  // a grid without positions
    unraveled[i] = index % grid_shape_[i];
    index /= grid_shape_[i];
  }
  return unraveled;
}

void ChunkManifest::add_leading_dimensions(std::size_t count) { grid_shape_.insert(grid_shape_.begin(), count, 1); }

void ChunkManifest::reserve(std::size_t count) {
  index_.reserve(count);
  location_.reserve(count);
  offset_.reserve(count);
  length_.reserve(count);
}

}  // namespace vdp
