#include "icechunk/repo/chunk_box.h"

namespace vdp::icechunk {

bool ChunkBox::contains(std::span<const std::uint32_t> index) const {
  for (std::size_t d = 0; d < index.size(); ++d) {
    if (index[d] < begin[d] || index[d] >= end[d]) return false;
  }
  return true;
}

}  // namespace vdp::icechunk
