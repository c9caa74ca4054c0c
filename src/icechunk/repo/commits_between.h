// The commits that a branch has gained since a session was opened.
#pragma once

#include <vector>

#include "icechunk/format/repo_info.h"

namespace vdp::icechunk {

/// A commit of the branch, and the ids whose transaction logs tell what it changed since the one before.
struct BranchCommit {
  SnapshotId id;
  /// Its own last; before it those of ancestors that were dropped from the history.
  std::vector<SnapshotId> logs;
};

/// From `base` (not included) to `tip` (included), oldest first; none where the two are the same. `base` may itself
/// have been dropped from the history. `conflict` where the branch does not descend from it.
Result<std::vector<BranchCommit>> commits_between(const RepoInfo& info, const SnapshotId& base, const SnapshotId& tip);

}  // namespace vdp::icechunk
