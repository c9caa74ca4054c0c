// What commit, amend and flush have in common: a session's changes become a snapshot in the store, and `repo` is told.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "icechunk/repo/session_state.h"

namespace vdp::icechunk {

/// The base with the session's changes, under a new id. Manifests are made and wait in `session.objects`.
Result<Snapshot> build_snapshot(SessionState& session, const std::string& message, const Json& metadata);

/// Puts the snapshot, its transaction log and everything that waits in `session.objects` into the store.
Status put_snapshot(SessionState& session, const Snapshot& snapshot, const TransactionLog& log);
/// The same with the log's object.
Status put_snapshot(SessionState& session, const Snapshot& snapshot, Bytes transaction_log);

/// What `repo` holds of the snapshot; `parent` is a position in RepoInfo::snapshots, or -1.
SnapshotInfo describe_snapshot(const Snapshot& snapshot, std::int32_t parent);

/// `conflict` where the session's branch is no longer at its base; then `found_tip` tells where it is.
Status check_tip(const SessionState& session, const RepoInfo& info, std::optional<SnapshotId>& found_tip);

/// Puts a snapshot into `repo`; may be called several times, each time with `repo` as it is then.
using PlaceSnapshot = std::function<Status(RepoInfo& info, std::optional<SnapshotId>& found_tip)>;

/// Updates `repo` and tells what became of it. After Committed the session stands on the snapshot, without changes;
/// after CommitUnknown it is spent.
Result<CommitOutcome> publish_snapshot(SessionState& session, Snapshot snapshot, Update entry,
                                       const PlaceSnapshot& place);

}  // namespace vdp::icechunk
