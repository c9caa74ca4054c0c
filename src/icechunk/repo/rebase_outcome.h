// What became of a rebase.
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "icechunk/format/ids.h"
#include "icechunk/repo/conflict.h"

namespace vdp::icechunk {

/// The session's base is the branch's tip, its changes lie over that.
struct Rebased {
  SnapshotId onto;
  std::size_t commits = 0;  ///< that it was rebased over; none where the branch had not moved
};

/// A commit of the branch conflicts with the session's changes. The session stands on the last one that did not.
struct RebaseStopped {
  SnapshotId at;                    ///< the commit that conflicts
  std::vector<Conflict> conflicts;  ///< those that were not solved
};

/// The changes are in the branch already: an earlier commit of the session has landed, and its answer was lost. The
/// session stands on that commit, without changes.
struct AlreadyCommitted {
  SnapshotId snapshot;
};

using RebaseOutcome = std::variant<Rebased, RebaseStopped, AlreadyCommitted>;

}  // namespace vdp::icechunk
