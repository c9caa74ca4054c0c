#include "icechunk/repo/manifest_cache.h"

namespace vdp::icechunk {

std::shared_ptr<const Manifest> ManifestCache::find(const ManifestId& id) {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->manifest;
}

void ManifestCache::keep(std::shared_ptr<const Manifest> manifest) {
  const std::uint64_t bytes = manifest->memory_bytes();
  const std::lock_guard lock(mutex_);
  if (bytes > max_bytes_ || by_id_.contains(manifest->id)) return;
  entries_.push_front({std::move(manifest), bytes});
  by_id_[entries_.front().manifest->id] = entries_.begin();
  bytes_ += bytes;
  shrink();
}

void ManifestCache::forget(const ManifestId& id) {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  bytes_ -= found->second->bytes;
  entries_.erase(found->second);
  by_id_.erase(found);
}

void ManifestCache::shrink() {
  while (bytes_ > max_bytes_) {
    bytes_ -= entries_.back().bytes;
    by_id_.erase(entries_.back().manifest->id);
    entries_.pop_back();
  }
}

}  // namespace vdp::icechunk
