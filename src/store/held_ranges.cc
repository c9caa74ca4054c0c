#include "store/held_ranges.h"

#include <algorithm>
#include <iterator>

namespace vdp {

HeldRanges::Segments::const_iterator HeldRanges::find(std::uint64_t offset) const {
  const auto after = segments_.upper_bound(offset);
  if (after == segments_.begin()) return segments_.end();
  const auto segment = std::prev(after);
  return offset - segment->first <= segment->second.size() ? segment : segments_.end();
}

std::optional<ByteView> HeldRanges::view(std::uint64_t offset, std::uint64_t length) const {
  if (const auto segment = find(offset); segment != segments_.end()) {
    const ByteView rest = ByteView(segment->second).subspan(offset - segment->first);
    if (rest.size() >= length) return rest;
  }
  return length == 0 ? std::optional(ByteView{}) : std::nullopt;
}

ByteRange HeldRanges::without_held_ends(ByteRange range) const {
  if (const auto segment = find(range.offset); segment != segments_.end()) {
    const std::uint64_t held = std::min(range.length, segment->first + segment->second.size() - range.offset);
    range = {range.offset + held, range.length - held};
  }
  if (range.length == 0) return range;
  if (const auto segment = find(range.offset + range.length); segment != segments_.end()) {
    if (segment->first > range.offset) range.length = segment->first - range.offset;
  }
  return range;
}

void HeldRanges::insert(std::uint64_t offset, Bytes bytes) {
  if (bytes.empty()) return;
  auto next = segments_.upper_bound(offset);
  if (next != segments_.begin()) {
    auto previous = std::prev(next);
    const std::uint64_t previous_end = previous->first + previous->second.size();
    if (previous_end >= offset) {  // extend the segment before
      const std::uint64_t overlap = previous_end - offset;
      if (overlap >= bytes.size()) return;
      held_bytes_ -= previous->second.size();
      Bytes joined = std::move(previous->second);
      joined.insert(joined.end(), bytes.begin() + static_cast<std::ptrdiff_t>(overlap), bytes.end());
      offset = previous->first;
      bytes = std::move(joined);
      segments_.erase(previous);
    }
  }
  while (next != segments_.end() && next->first <= offset + bytes.size()) {  // swallow segments behind
    const std::uint64_t overlap = offset + bytes.size() - next->first;
    held_bytes_ -= next->second.size();
    if (overlap < next->second.size()) {
      bytes.insert(bytes.end(), next->second.begin() + static_cast<std::ptrdiff_t>(overlap), next->second.end());
    }
    next = segments_.erase(next);
  }
  held_bytes_ += bytes.size();
  segments_.emplace(offset, std::move(bytes));
}

void HeldRanges::clear() {
  segments_.clear();
  held_bytes_ = 0;
}

std::vector<ByteRange> coalesce(std::vector<ByteRange> ranges, std::uint64_t merge_gap) {
  std::erase_if(ranges, [](const ByteRange& range) { return range.length == 0; });
  std::ranges::sort(ranges, {}, &ByteRange::offset);
  std::vector<ByteRange> merged;
  for (const ByteRange& range : ranges) {
    const std::uint64_t end = range.offset + range.length;
    const std::uint64_t previous_end = merged.empty() ? 0 : merged.back().offset + merged.back().length;
    if (merged.empty() || (range.offset > previous_end && range.offset - previous_end > merge_gap)) {
      merged.push_back(range);
    } else {
      merged.back().length = std::max(previous_end, end) - merged.back().offset;
    }
  }
  return merged;
}

}  // namespace vdp
