#include "icechunk/format/ref_rows.h"

#include <algorithm>

namespace vdp::icechunk {

std::size_t RefRows::at(std::size_t position) const {
  auto range = ranges_.begin();
  for (; position >= range->end - range->begin; ++range) position -= range->end - range->begin;
  return range->begin + position;
}

RefRows RefRows::part(std::size_t begin, std::size_t end) const {
  std::vector<RowRange> ranges;
  std::size_t before = 0;
  for (const RowRange& range : ranges_) {
    const std::size_t size = range.end - range.begin;
    const std::size_t from = std::clamp(begin, before, before + size) - before;
    const std::size_t to = std::clamp(end, before, before + size) - before;
    if (from < to) ranges.push_back({range.begin + from, range.begin + to});
    before += size;
  }
  return RefRows(*table_, std::move(ranges));
}

}  // namespace vdp::icechunk
