#include "icechunk/format/manifest.h"

#include <algorithm>

namespace vdp::icechunk {

const RefTable* Manifest::find(const NodeId& node) const {
  const auto at = std::ranges::lower_bound(arrays, node, {}, &ArrayManifest::node);
  return at != arrays.end() && at->node == node ? &at->refs : nullptr;
}

std::uint64_t Manifest::memory_bytes() const {
  std::uint64_t total = sizeof(Manifest);
  for (const ArrayManifest& array : arrays) total += sizeof(ArrayManifest) + array.refs.memory_bytes();
  return total;
}

}  // namespace vdp::icechunk
