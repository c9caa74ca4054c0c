// Session::amend and Session::flush.
#include <fmt/format.h>

#include "icechunk/repo/feature_flag.h"
#include "icechunk/repo/new_snapshot.h"
#include "icechunk/repo/repo_edit.h"
#include "icechunk/repo/transaction_log_union.h"
#include "icechunk/repo/transaction_logs.h"

namespace vdp::icechunk {
namespace {

Status check_metadata(const Json& metadata) {
  if (metadata.is_object()) return {};
  return invalid("commit metadata: expected a JSON object");
}

Status check_not_first(const RepoInfo& info, const SnapshotId& tip) {
  const auto position = info.find_snapshot(tip);
  if (!position || info.snapshots[*position].parent >= 0) return {};
  return invalid(
      fmt::format("snapshot {} is the first of the repository, which cannot be amended: commit instead", tip.text()));
}

/// The log that stands for the base's changes and the session's.
Result<TransactionLog> amended_log(const SessionState& session, const SnapshotId& id) {
  VDP_ASSIGN(const TransactionLog former, load_transaction_log(session.repository->store(), session.base->id));
  const TransactionLog changes = session.changes.transaction_log(id);
  if (!former.moved_nodes.empty() && !session.rearranges && !session.changes.empty()) {
    return invalid(
        fmt::format("snapshot {} moved nodes: only a session that moves nodes can amend it", session.base->id.text()));
  }
  return union_of_logs(former, changes, id);
}

}  // namespace

Result<CommitOutcome> amend_session(SessionState& session, const std::string& message, const Json& metadata,
                                    bool allow_empty) {
  VDP_TRY(session.check_committable());
  VDP_TRY(check_metadata(metadata));
  if (session.changes.empty() && !allow_empty) return NothingToCommit{};
  const SnapshotId former = session.base->id;
  VDP_ASSIGN(const auto repo, session.repository->load_repo());
  // That the branch has moved comes before all that could be said against amending the base.
  std::optional<SnapshotId> moved_to;
  const Status stands = check_tip(session, repo->info, moved_to);
  if (!stands && moved_to) return CommitConflict{former, *moved_to};
  VDP_TRY(stands);
  VDP_TRY(check_not_first(repo->info, former));
  VDP_ASSIGN(Snapshot snapshot, build_snapshot(session, message, metadata));
  VDP_ASSIGN(const TransactionLog log, amended_log(session, snapshot.id));
  VDP_TRY(put_snapshot(session, snapshot, log));

  const std::string& branch = *session.branch;
  const SnapshotInfo description = describe_snapshot(snapshot, -1);
  const auto place = [&](RepoInfo& info, std::optional<SnapshotId>& found_tip) -> Status {
    if (session.rearranges) VDP_TRY(check_enabled(info, FeatureFlag::move_node));
    VDP_TRY(check_tip(session, info, found_tip));
    VDP_TRY(check_not_first(info, former));
    const SnapshotInfo& tip = info.snapshots[*info.find_snapshot(former)];
    SnapshotInfo placed = description;
    placed.parent = tip.parent;
    placed.pruned_ancestor_logs = tip.pruned_ancestor_logs;
    set_ref(info.branches, branch, insert_snapshot(info, std::move(placed)));
    return {};
  };
  return publish_snapshot(session, std::move(snapshot), CommitAmended{branch, former, description.id}, place);
}

Result<CommitOutcome> flush_session(SessionState& session, const std::string& message, const Json& metadata) {
  VDP_TRY(session.check_committable());
  VDP_TRY(check_metadata(metadata));
  VDP_ASSIGN(Snapshot snapshot, build_snapshot(session, message, metadata));
  VDP_ASSIGN(Bytes log, session.changes.encode_transaction_log(snapshot.id));
  VDP_TRY(put_snapshot(session, snapshot, std::move(log)));

  const SnapshotId base = session.base->id;
  const SnapshotInfo description = describe_snapshot(snapshot, -1);
  const auto place = [&](RepoInfo& info, std::optional<SnapshotId>&) -> Status {
    if (session.rearranges) VDP_TRY(check_enabled(info, FeatureFlag::move_node));
    VDP_TRY(resolve_in(info, base));
    SnapshotInfo placed = description;
    placed.parent = static_cast<std::int32_t>(*info.find_snapshot(base));
    insert_snapshot(info, std::move(placed));
    return {};
  };
  VDP_ASSIGN(const CommitOutcome outcome,
             publish_snapshot(session, std::move(snapshot), NewDetachedSnapshot{description.id}, place));
  if (std::holds_alternative<Committed>(outcome)) session.branch.reset();
  return outcome;
}

}  // namespace vdp::icechunk
