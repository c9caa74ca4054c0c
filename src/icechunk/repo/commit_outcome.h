// What became of a commit.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "icechunk/format/ids.h"
#include "icechunk/repo/conflict.h"

namespace vdp::icechunk {

/// The branch has the snapshot (or had it: others may have committed on top of it by now).
struct Committed {
  SnapshotId snapshot;
};

/// The session has no changes; nothing was written.
struct NothingToCommit {};

/// The branch moved while the session was open, and our snapshot is not in its history. The session keeps its base and
/// its changes; what to do is to open a session on the new tip and write again there.
struct CommitConflict {
  SnapshotId expected_tip;
  SnapshotId found_tip;
  /// Where a solver was given: what it left unsolved, with the commit after `expected_tip`. None where its attempts or
  /// its time were used up.
  std::vector<Conflict> conflicts = {};
};

/// The update of the branch was sent, and the store could not tell whether it took effect. Never commit the same
/// changes again before `snapshot` was looked for in the history; nothing that was written may be deleted.
struct CommitUnknown {
  SnapshotId snapshot;
  std::string reason;
};

using CommitOutcome = std::variant<Committed, NothingToCommit, CommitConflict, CommitUnknown>;

}  // namespace vdp::icechunk
