// Decoded manifests, the most recently used ones within a bound of memory.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "icechunk/format/manifest.h"

namespace vdp::icechunk {

/// Manifests never change, so nothing in here can be out of date. Safe for use from several threads.
class ManifestCache {
 public:
  explicit ManifestCache(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}

  /// null where it is not kept.
  std::shared_ptr<const Manifest> find(const ManifestId& id);
  void keep(std::shared_ptr<const Manifest> manifest);
  void forget(const ManifestId& id);

 private:
  struct Entry {
    std::shared_ptr<const Manifest> manifest;
    std::uint64_t bytes = 0;
  };
  void shrink();

  const std::uint64_t max_bytes_;
  std::mutex mutex_;
  std::uint64_t bytes_ = 0;
  std::list<Entry> entries_;  ///< most recently used first
  std::map<ManifestId, std::list<Entry>::iterator> by_id_;
};

}  // namespace vdp::icechunk
