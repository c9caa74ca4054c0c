// What the rewriting of manifests makes of them.
#pragma once

#include <cstdint>

namespace vdp::icechunk {

struct ManifestTotals {
  std::uint64_t manifests = 0;
  std::uint64_t bytes = 0;  ///< of their objects
  std::uint64_t refs = 0;

  ManifestTotals& operator+=(const ManifestTotals& more) {
    manifests += more.manifests;
    bytes += more.bytes;
    refs += more.refs;
    return *this;
  }
};

struct ManifestRewrite {
  ManifestTotals before;
  ManifestTotals after;
  std::uint64_t rewritten = 0;  ///< manifests of before that are not among those after
};

}  // namespace vdp::icechunk
