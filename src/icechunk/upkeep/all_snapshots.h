// Every snapshot that a repository has, also those that no branch or tag leads to.
#pragma once

#include <string>
#include <vector>

#include "icechunk/repo/repository.h"

namespace vdp::icechunk {

struct ListedSnapshot {
  SnapshotSummary summary;
  bool reachable = false;             ///< from a branch or a tag
  std::vector<std::string> branches;  ///< whose tip it is
  std::vector<std::string> tags;
  /// Of expired ancestors, whose transaction logs are kept for it. None in version 1.
  std::vector<SnapshotId> pruned_ancestor_logs;
};

/// Newest first. In version 2 these are the snapshots that `repo` names; in version 1, where nothing names them all,
/// the objects below snapshots/, each of which is read.
Result<std::vector<ListedSnapshot>> list_all_snapshots(const Repository& repository);

}  // namespace vdp::icechunk
