// Session::rebase, and Session::commit with a solver.
#include <fmt/format.h>

#include <algorithm>

#include "icechunk/repo/commits_between.h"
#include "icechunk/repo/conflict_detection.h"
#include "icechunk/repo/node_move.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/session_state.h"
#include "icechunk/repo/transaction_logs.h"

namespace vdp::icechunk {
namespace {

Result<TransactionLog> load_log(const RepositoryState& repository, const SnapshotId& id) {
  Result<TransactionLog> log = load_transaction_log(repository.store(), id);
  if (log || log.error().kind != ErrorKind::not_found) return log;
  return not_found(
      fmt::format("{}{}: no transaction log tells what this commit changed, so nothing can be rebased "
                  "over it: open a session on the branch's tip and write again there",
                  repository.store().url(), transaction_log_key(id)));
}

Result<std::vector<TransactionLog>> load_logs(const RepositoryState& repository, const BranchCommit& commit) {
  std::vector<TransactionLog> logs;
  for (const SnapshotId& id : commit.logs) {
    VDP_ASSIGN(TransactionLog log, load_log(repository, id));
    logs.push_back(std::move(log));
  }
  return logs;
}

/// Ours stand: chunks that ours cut off with a new shape, and theirs wrote, are deleted.
void keep_ours(const Conflict& conflict, const Snapshot& base, ChangeSet& changes) {
  const NodeId array = base.find(conflict.path)->id;
  const RefTable* own = changes.chunks(array);
  RefTable cut(conflict.chunks.front().size());
  for (const auto& index : conflict.chunks) {
    if (own == nullptr || !own->find(index)) cut.append_missing(index);
  }
  for (std::size_t row = 0; row < cut.size(); ++row) {
    changes.chunks_to_change(array, cut.rank()).append_missing(cut.index(row));
  }
}

/// Applies what the solver decides; what it leaves unsolved is returned, and then nothing is changed.
std::vector<Conflict> solve(const std::vector<Conflict>& conflicts, const ConflictSolver& solver, const Snapshot& base,
                            ChangeSet& changes) {
  std::vector<Conflict> unsolved;
  std::vector<const Conflict*> ours, theirs;
  for (const Conflict& conflict : conflicts) {
    const Resolution resolution = conflict.solvable ? solver.resolve(conflict) : Resolution::unsolved;
    const bool about_chunks = conflict.kind == ConflictKind::chunk_double_update;
    if (resolution == Resolution::keep_ours) {
      if (about_chunks) ours.push_back(&conflict);
    } else if (resolution == Resolution::keep_theirs && about_chunks) {
      theirs.push_back(&conflict);
    } else {
      unsolved.push_back(conflict);
    }
  }
  if (!unsolved.empty()) return unsolved;
  for (const Conflict* conflict : ours) keep_ours(*conflict, base, changes);
  for (const Conflict* conflict : theirs) changes.forget_chunks(base.find(conflict->path)->id, conflict->chunks);
  return {};
}

/// Makes the session's moves again on the new base: nodes that were added to a moved group go with it. What can no
/// longer be moved is a conflict.
std::optional<Conflict> rebase_moves(const Snapshot& onto, ChangeSet& changes) {
  ChangeSet again;
  for (const NodeMove& move : changes.moves()) {
    const NodeSnapshot* node = find_node(onto, again, move.from);
    if (node == nullptr || node->id != move.node) {
      return Conflict{ConflictKind::move_operation_cannot_be_rebased, move.from, {}, false};
    }
    if (!move_node(onto, again, move.from, move.to)) {
      const bool taken = find_node(onto, again, move.to) != nullptr;
      return Conflict{
          taken ? ConflictKind::new_node_conflicts_with_existing_node : ConflictKind::new_node_in_invalid_group,
          move.to,
          {},
          false};
    }
  }
  changes = std::move(again);
  return std::nullopt;
}

/// Lays the session's changes over one commit. The conflicts that stop it, or none.
Result<std::vector<Conflict>> rebase_over(SessionState& session, const BranchCommit& commit,
                                          const ConflictSolver& solver) {
  VDP_ASSIGN(auto tree, session.repository->load_snapshot(commit.id));
  PassedCommit passed{session.base.get(), tree.get(), {}};
  VDP_ASSIGN(passed.logs, load_logs(*session.repository, commit));
  static const ChangeSet none;  // moves are tried, below
  VDP_ASSIGN_IN("commit " + commit.id.text(), auto conflicts,
                detect_conflicts(session.rearranges ? none : session.changes, passed));
  conflicts = solve(conflicts, solver, *session.base, session.changes);
  if (!conflicts.empty()) return conflicts;
  if (session.rearranges) {
    if (auto conflict = rebase_moves(*tree, session.changes)) return std::vector{std::move(*conflict)};
  } else {
    session.changes.rebase_onto(*tree);
  }
  session.base = std::move(tree);
  return conflicts;
}

/// An earlier commit of the session that the branch holds although its answer did not say so.
bool landed(const SessionState& session, const std::vector<BranchCommit>& commits) {
  return session.last_attempt && std::ranges::any_of(commits, [&](const BranchCommit& commit) {
           return std::ranges::find(commit.logs, session.last_attempt->snapshot) != commit.logs.end();
         });
}

Result<RebaseOutcome> stand_on_landed(SessionState& session) {
  const auto& [snapshot, revision] = *session.last_attempt;
  if (revision != session.changes.revision()) {
    return conflict(
        fmt::format("the branch holds snapshot {}, a commit of this session, which was written to since: "
                    "open a new session for what came after",
                    snapshot.text()));
  }
  VDP_ASSIGN(session.base, session.repository->load_snapshot(snapshot));
  session.changes.clear();
  return AlreadyCommitted{snapshot};
}

Result<Json> with_attempts(const Json& metadata, int rebase_attempts) {
  if (!metadata.is_object()) return invalid("commit metadata: expected a JSON object");
  constexpr const char* own_key = "__icechunk";
  if (metadata.contains(own_key) && !metadata.at(own_key).is_object()) {
    return invalid(fmt::format("commit metadata: \"{}\" is an object that the library writes", own_key));
  }
  Json noted = metadata;
  noted[own_key]["rebase_attempts"] = rebase_attempts;
  return noted;
}

}  // namespace

Result<RebaseOutcome> rebase_session(SessionState& session, const ConflictSolver& solver) {
  VDP_TRY(session.check_committable());
  VDP_ASSIGN(const auto repo, session.repository->load_repo());
  VDP_ASSIGN(const SnapshotId tip, resolve_in(repo->info, Branch{*session.branch}));
  VDP_ASSIGN(const std::vector<BranchCommit> commits, commits_between(repo->info, session.base->id, tip));
  if (landed(session, commits)) return stand_on_landed(session);
  for (const BranchCommit& commit : commits) {
    VDP_ASSIGN(auto conflicts, rebase_over(session, commit, solver));
    if (!conflicts.empty()) return RebaseStopped{commit.id, std::move(conflicts)};
  }
  return Rebased{tip, commits.size()};
}

Result<CommitOutcome> commit_with_solver(SessionState& session, const std::string& message, const Json& metadata,
                                         const CommitOptions& options) {
  Backoff backoff(options.retry, session.repository->random());
  for (int rebase_attempts = 0;; ++rebase_attempts) {
    VDP_ASSIGN(const Json noted, with_attempts(metadata, rebase_attempts));
    VDP_ASSIGN(CommitOutcome outcome, commit_session(session, message, noted, options.allow_empty));
    auto* lost = std::get_if<CommitConflict>(&outcome);
    if (lost == nullptr) return outcome;
    const auto pause_us = backoff.next_us();
    if (!pause_us) return outcome;
    session.repository->clock().sleep_us(*pause_us);
    VDP_ASSIGN(RebaseOutcome rebased, rebase_session(session, *options.solver));
    if (const auto* done = std::get_if<AlreadyCommitted>(&rebased)) return Committed{done->snapshot};
    if (auto* stopped = std::get_if<RebaseStopped>(&rebased)) {
      lost->expected_tip = session.base->id;
      lost->conflicts = std::move(stopped->conflicts);
      return outcome;
    }
  }
}

}  // namespace vdp::icechunk
