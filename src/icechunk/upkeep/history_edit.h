// Snapshots leave a history: pure functions on RepoInfo, shared by expire and collect.
#pragma once

#include <vector>

#include "base/error.h"
#include "icechunk/format/repo_info.h"

namespace vdp::icechunk {

/// One flag for each position in RepoInfo::snapshots.
using SnapshotFlags = std::vector<bool>;

/// Those that a branch or a tag leads to, by any number of parents.
SnapshotFlags reachable_snapshots(const RepoInfo& info);

/// The parent that a snapshot gets whose own parent leaves.
enum class NewParent {
  root,          ///< the last of its ancestors: all others are passed over, also those that stay
  nearest_kept,  ///< the first of its ancestors that stays; none stays: it becomes a root
};

/// Takes the flagged snapshots out. Each snapshot that loses its parent gets another one, and remembers the transaction
/// logs of all ancestors that it was moved over, the oldest first, so that what changed between its new parent and
/// itself can still be told: for each of them those that it remembered, then its own; then those that the snapshot
/// remembered before. Returns the snapshots with new parents. `internal` where a branch or a tag still names a flagged
/// snapshot; `limit` where `repo` would have to remember more logs than it can hold.
Result<std::vector<SnapshotId>> drop_snapshots(RepoInfo& info, const SnapshotFlags& dropped, NewParent rule);

}  // namespace vdp::icechunk
