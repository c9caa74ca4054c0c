// Which of a session's changes cannot be laid over a commit of somebody else.
#pragma once

#include <vector>

#include "base/error.h"
#include "icechunk/format/snapshot.h"
#include "icechunk/format/transaction_log.h"
#include "icechunk/repo/change_set.h"
#include "icechunk/repo/conflict.h"

namespace vdp::icechunk {

/// A commit to rebase over, and what led to it.
struct PassedCommit {
  const Snapshot* before = nullptr;  ///< the base that the changes lie on now
  const Snapshot* after = nullptr;   ///< all nodes once it was made
  /// What it changed. Logs of commits between the two that are no longer in the history come first.
  std::vector<TransactionLog> logs;
};

/// All conflicts, by kind and path; none where the changes can be laid over `theirs.after` as they are. Nodes are
/// matched by their ids. `corrupt` for a log that contradicts the snapshots.
Result<std::vector<Conflict>> detect_conflicts(const ChangeSet& ours, const PassedCommit& theirs);

}  // namespace vdp::icechunk
