#include "icechunk/repo/manifest_division.h"

#include <algorithm>
#include <ranges>

namespace vdp::icechunk {

ChunkBox bounds_of(const RefRows& rows) {
  ChunkBox bounds;
  rows.for_each([&](std::size_t row) { extend(bounds, rows.table().index(row)); });
  return bounds;
}

std::pair<RefRows, RefRows> halves(const RefRows& rows) {
  const std::size_t size = rows.size();
  const auto index = [&](std::size_t position) { return rows.table().index(rows.at(position)); };
  // In C order the first dimension that is not the same in all rows only grows: rows on either side of a step of it
  // do not overlap there.
  const auto [first, last] = std::ranges::mismatch(index(0), index(size - 1));
  const auto dimension = static_cast<std::size_t>(first - index(0).begin());
  const auto coordinate = [&](std::size_t position) { return index(position)[dimension]; };
  const auto positions = std::views::iota(std::size_t{0}, size);
  const std::uint32_t middle = coordinate(size / 2);
  const std::size_t from = *std::ranges::lower_bound(positions, middle, {}, coordinate);
  const auto beyond = std::ranges::upper_bound(positions, middle, {}, coordinate);
  const std::size_t to = static_cast<std::size_t>(beyond - positions.begin());
  // The step that is nearer to the middle, and is one.
  const bool use_from = to == size || (from != 0 && size / 2 - from < to - size / 2);
  const std::size_t cut = use_from ? from : to;
  return {rows.part(0, cut), rows.part(cut, size)};
}

}  // namespace vdp::icechunk
