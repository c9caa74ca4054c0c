#include "pipeline/verify/value_difference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace vdp {
namespace {

/// One element as people write it.
std::string shown(const zarr::DataType& type, ByteView element) {
  if (const auto integers = zarr::as_integers(type, element)) return fmt::format("{}", integers->front());
  if (const auto doubles = zarr::as_doubles(type, element)) return fmt::format("{}", doubles->front());
  return fmt::format("bytes {:02x}", fmt::join(element, ""));
}

/// The index in the array of the region's element at `position` in C order.
zarr::Shape index_of(std::uint64_t position, const ArrayRegion& region) {
  zarr::Shape index(region.shape.size());
  for (std::size_t d = index.size(); d-- > 0;) {
    index[d] = region.origin[d] + position % region.shape[d];
    position /= region.shape[d];
  }
  return index;
}

}  // namespace

std::optional<ValueDifference> first_difference(const zarr::DataType& type, const ArrayRegion& region,
                                                const Bytes& found, const Bytes& expected) {
  if (found.size() != expected.size()) {
    return ValueDifference{fmt::format("{} bytes", found.size()), fmt::format("{} bytes", expected.size())};
  }
  const auto [left, right] = std::ranges::mismatch(found, expected);
  if (left == found.end()) return std::nullopt;
  const std::size_t element = type.size_bytes;
  const std::uint64_t position = static_cast<std::uint64_t>(left - found.begin()) / element;
  const auto at = [&](const Bytes& bytes) { return shown(type, ByteView(bytes).subspan(position * element, element)); };
  return ValueDifference{fmt::format("{} at ({})", at(found), fmt::join(index_of(position, region), ", ")),
                         at(expected)};
}

}  // namespace vdp
