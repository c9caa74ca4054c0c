#include "formats/hdf5/sparse_bytes.h"

#include <algorithm>
#include <iterator>

namespace vdp::hdf5 {

Decoded<ByteView> SparseBytes::view(std::uint64_t offset, std::uint64_t length, std::uint64_t wanted) const {
  auto after = segments_.upper_bound(offset);
  if (after != segments_.begin()) {
    const auto& [start, bytes] = *std::prev(after);
    const std::uint64_t skipped = offset - start;
    if (skipped <= bytes.size() && bytes.size() - skipped >= length) return ByteView(bytes).subspan(skipped);
  }
  if (length == 0) return ByteView{};
  misses_.push_back({offset, std::min(std::max(length, wanted), file_size_ - offset)});
  return missing();
}

void SparseBytes::insert(std::uint64_t offset, Bytes bytes) {
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

std::vector<ByteRange> SparseBytes::take_misses() { return std::exchange(misses_, {}); }

std::vector<ByteRange> coalesce(std::vector<ByteRange> ranges, std::uint64_t merge_gap, std::uint64_t least_length,
                                std::uint64_t file_size) {
  std::ranges::sort(ranges, {}, &ByteRange::offset);
  std::vector<ByteRange> merged;
  for (ByteRange range : ranges) {
    range.length = std::min(std::max(range.length, least_length), file_size - range.offset);
    if (merged.empty() || range.offset > merged.back().offset + merged.back().length + merge_gap) {
      merged.push_back(range);
      continue;
    }
    const std::uint64_t end = std::max(merged.back().offset + merged.back().length, range.offset + range.length);
    merged.back().length = end - merged.back().offset;
  }
  return merged;
}

}  // namespace vdp::hdf5
