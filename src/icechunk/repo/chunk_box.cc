#include "icechunk/repo/chunk_box.h"

#include <algorithm>

namespace vdp::icechunk {

bool ChunkBox::contains(std::span<const std::uint32_t> index) const {
  for (std::size_t d = 0; d < index.size(); ++d) {
    if (index[d] < begin[d] || index[d] >= end[d]) return false;
  }
  return true;
}

void extend(ChunkBox& box, std::span<const std::uint32_t> index) {
  if (box.begin.empty()) {
    box.begin.assign(index.begin(), index.end());
    box.end.assign(index.begin(), index.end());
  }
  for (std::size_t d = 0; d < index.size(); ++d) {
    box.begin[d] = std::min<std::uint64_t>(box.begin[d], index[d]);
    box.end[d] = std::max<std::uint64_t>(box.end[d], std::uint64_t{index[d]} + 1);
  }
}

void extend(ChunkBox& box, const ChunkBox& by) {
  if (box.begin.empty()) box = by;
  for (std::size_t d = 0; d < by.begin.size(); ++d) {
    box.begin[d] = std::min(box.begin[d], by.begin[d]);
    box.end[d] = std::max(box.end[d], by.end[d]);
  }
}

std::optional<ChunkBox> intersection(const ChunkBox& a, const ChunkBox& b) {
  ChunkBox both = a;
  for (std::size_t d = 0; d < a.begin.size(); ++d) {
    both.begin[d] = std::max(a.begin[d], b.begin[d]);
    both.end[d] = std::min(a.end[d], b.end[d]);
    if (both.end[d] <= both.begin[d]) return std::nullopt;
  }
  return both;
}

bool precedes(const ChunkBox& a, const ChunkBox& b) {
  for (std::size_t d = 0; d < a.begin.size(); ++d) {
    const std::uint64_t last = a.end[d] - 1;
    if (last != b.begin[d]) return last < b.begin[d];
  }
  return false;
}

}  // namespace vdp::icechunk
