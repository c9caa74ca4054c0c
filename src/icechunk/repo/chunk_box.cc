#include "icechunk/repo/chunk_box.h"

#include <algorithm>

namespace vdp::icechunk {

bool ChunkBox::contains(std::span<const std::uint32_t> index) const {
  for (std::size_t d = 0; d < index.size(); ++d) {
    if (index[d] < begin[d] || index[d] >= end[d]) return false;
  }
  return true;
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
