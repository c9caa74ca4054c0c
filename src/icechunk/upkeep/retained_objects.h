// What the snapshots that stay cannot do without.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "icechunk/repo/repository_state.h"
#include "icechunk/upkeep/id_set.h"

namespace vdp::icechunk {

class RetainedObjects {
 public:
  /// Told now and then how many snapshots and manifests were read.
  using Listener = std::function<void(std::uint64_t snapshots, std::uint64_t manifests)>;

  /// `threads`: objects that are read at once. `stop` and `listener` may be null.
  RetainedObjects(RepositoryState& repository, std::size_t threads, const std::atomic<bool>* stop, Listener listener)
      : repository_(repository), threads_(threads), stop_(stop), listener_(std::move(listener)) {}

  /// Reads those of the snapshots that were not read before, and those of their manifests. An error means that what
  /// they need is not known: nothing may be deleted. `cancelled` once `stop` is set.
  Status add(std::span<const SnapshotId> snapshots);

  bool has_snapshot(const SnapshotId& id) const { return snapshots_.contains(id); }
  const std::set<SnapshotId>& snapshots() const { return snapshots_; }
  bool has_manifest(const ManifestId& id) const { return manifests_.contains(id); }
  /// Native chunks; inlined and virtual ones have no object here.
  bool has_chunk(const ChunkId& id) { return chunks_.contains(id); }

 private:
  Status add_group(std::span<const SnapshotId> snapshots);
  Status read_manifests(const std::vector<ManifestFile>& files);
  Status check_stop() const;

  RepositoryState& repository_;
  const std::size_t threads_;
  const std::atomic<bool>* const stop_;
  const Listener listener_;
  std::set<SnapshotId> snapshots_;
  std::set<ManifestId> manifests_;
  IdSet<ChunkId> chunks_;
};

}  // namespace vdp::icechunk
