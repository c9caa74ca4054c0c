#include "icechunk/repo/commits_between.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp::icechunk {
namespace {

/// The pruned ancestors that came after `base`: all of them where it is not among them.
std::vector<SnapshotId> logs_since(const SnapshotInfo& snapshot, const SnapshotId& base) {
  const auto& pruned = snapshot.pruned_ancestor_logs;
  const auto last = std::find(pruned.rbegin(), pruned.rend(), base);
  std::vector<SnapshotId> logs(last == pruned.rend() ? pruned.begin() : last.base(), pruned.end());
  logs.push_back(snapshot.id);
  return logs;
}

bool was_pruned(const SnapshotInfo& snapshot, const SnapshotId& base) {
  return std::ranges::find(snapshot.pruned_ancestor_logs, base) != snapshot.pruned_ancestor_logs.end();
}

}  // namespace

Result<std::vector<BranchCommit>> commits_between(const RepoInfo& info, const SnapshotId& base, const SnapshotId& tip) {
  std::vector<BranchCommit> commits;
  auto at = static_cast<std::int32_t>(info.find_snapshot(tip).value_or(0));
  while (at >= 0 && info.snapshots[at].id != base) {
    const SnapshotInfo& snapshot = info.snapshots[at];
    commits.push_back({snapshot.id, logs_since(snapshot, base)});
    if (was_pruned(snapshot, base)) break;
    at = snapshot.parent;
  }
  if (at < 0) {
    return conflict(fmt::format("snapshot {} does not descend from {}, the session's base: the branch was reset",
                                tip.text(), base.text()));
  }
  std::ranges::reverse(commits);
  return commits;
}

}  // namespace vdp::icechunk
