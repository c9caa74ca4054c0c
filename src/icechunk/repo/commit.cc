// Session::commit: the steps are those of the header.
#include "icechunk/repo/feature_flag.h"
#include "icechunk/repo/new_snapshot.h"
#include "icechunk/repo/repo_edit.h"

namespace vdp::icechunk {

Result<CommitOutcome> commit_session(SessionState& session, const std::string& message, const Json& metadata,
                                     bool allow_empty) {
  VDP_TRY(session.check_committable());
  if (!metadata.is_object()) return invalid("commit metadata: expected a JSON object");
  if (session.changes.empty() && !allow_empty) return NothingToCommit{};
  VDP_ASSIGN(Snapshot snapshot, build_snapshot(session, message, metadata));
  VDP_ASSIGN(Bytes log, session.changes.encode_transaction_log(snapshot.id));
  VDP_TRY(put_snapshot(session, snapshot, std::move(log)));

  const std::string& branch = *session.branch;
  // Copied: `snapshot` moves into publish_snapshot.
  const SnapshotInfo description = describe_snapshot(snapshot, -1);
  const std::uint64_t revision = session.changes.revision();
  const auto place = [&](RepoInfo& info, std::optional<SnapshotId>& found_tip) -> Status {
    if (session.rearranges) VDP_TRY(check_enabled(info, FeatureFlag::move_node));
    VDP_TRY(check_tip(session, info, found_tip));
    SnapshotInfo placed = description;
    placed.parent = static_cast<std::int32_t>(info.find_branch(branch)->snapshot);
    set_ref(info.branches, branch, insert_snapshot(info, std::move(placed)));
    return {};
  };
  VDP_ASSIGN(CommitOutcome outcome,
             publish_snapshot(session, std::move(snapshot), NewCommit{branch, description.id}, place));
  if (std::holds_alternative<CommitConflict>(outcome)) session.last_attempt = {description.id, revision};
  return outcome;
}

}  // namespace vdp::icechunk
