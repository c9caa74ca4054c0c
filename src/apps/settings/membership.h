#pragma once

#include <algorithm>
#include <iterator>

namespace vdp::settings {

/// std::ranges::contains, which GCC 12 does not have.
template <typename Range, typename Value>
bool contains(const Range& range, const Value& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

}  // namespace vdp::settings
