#include "base/base64.h"
#include "icechunk/interop/operations.h"
#include "icechunk/interop/step_fields.h"

namespace vdp::icechunk {
namespace {

/// {"solver": "detector"}, or {"solver": {"chunks": "ours" | "theirs" | "fail", "fail_array": bool, "fail_group":
/// bool}}, of which each may be missing.
Result<std::unique_ptr<ConflictSolver>> solver_of(const Json& step) {
  const Json given = step.value("solver", Json("detector"));
  if (given == "detector") return std::make_unique<ConflictDetector>();
  if (!given.is_object()) return invalid("unknown solver " + given.dump());
  BasicSolverOptions options;
  const std::string chunks = given.value("chunks", "ours");
  if (chunks == "theirs") options.on_chunk_conflict = Resolution::keep_theirs;
  if (chunks == "fail") options.on_chunk_conflict = Resolution::unsolved;
  options.fail_on_delete_of_updated_array = given.value("fail_array", false);
  options.fail_on_delete_of_updated_group = given.value("fail_group", false);
  return std::make_unique<BasicConflictSolver>(options);
}

/// [[KIND, PATH, CHUNKS]...]
Json to_json(const std::vector<Conflict>& conflicts) {
  Json list = Json::array();
  for (const Conflict& conflict : conflicts) list.push_back({to_string(conflict.kind), conflict.path, conflict.chunks});
  return list;
}

/// {"rebased": COMMITS}, {"stopped": ID, "conflicts": [...]} or {"committed": ID}.
Result<Json> rebase(Session& session, const Json& step) {
  VDP_ASSIGN(const auto solver, solver_of(step));
  VDP_ASSIGN(const RebaseOutcome outcome, session.rebase(*solver));
  if (const auto* rebased = std::get_if<Rebased>(&outcome)) return Json{{"rebased", rebased->commits}};
  if (const auto* stopped = std::get_if<RebaseStopped>(&outcome)) {
    return Json{{"stopped", stopped->at.text()}, {"conflicts", to_json(stopped->conflicts)}};
  }
  return Json{{"committed", std::get<AlreadyCommitted>(outcome).snapshot.text()}};
}

/// {"message", "metadata", "solver", "attempts", "allow_empty"}: as "commit" answers, and "conflicts" where there are.
Result<Json> commit_rebasing(Session& session, const Json& step) {
  VDP_ASSIGN(const auto solver, solver_of(step));
  CommitOptions options;
  options.solver = solver.get();
  options.retry.max_attempts = step.value("attempts", options.retry.max_attempts);
  options.allow_empty = step.value("allow_empty", false);
  VDP_ASSIGN(const CommitOutcome outcome,
             session.commit(step.value("message", ""), step.value("metadata", Json::object()), options));
  Json answer = to_json(outcome);
  const auto* conflict = std::get_if<CommitConflict>(&outcome);
  if (conflict != nullptr && !conflict->conflicts.empty()) answer["conflicts"] = to_json(conflict->conflicts);
  return answer;
}

Result<Json> move_node(Session& session, const Json& step) {
  return answer(session.move_node(step.at("from"), step.at("to")));
}

/// The fork's file in base64.
Result<Json> fork(Session& session, const Json&) {
  VDP_ASSIGN(const Fork fork, session.fork());
  return Json(base64_encode(fork.encode()));
}

Result<Json> export_changes(Session& session, const Json&) {
  VDP_ASSIGN(const Fork fork, session.export_changes());
  return Json(base64_encode(fork.encode()));
}

/// {"fork": BASE64}
Result<Json> merge(Session& session, const Json& step) {
  VDP_ASSIGN(const Fork fork, fork_of(step));
  return answer(session.merge(fork));
}

}  // namespace

const Operations<SessionOperation>& rebase_operations() {
  static const Operations<SessionOperation> table = {
      {"rebase", rebase}, {"commit_rebasing", commit_rebasing}, {"move_node", move_node},
      {"fork", fork},     {"export_changes", export_changes},   {"merge", merge},
  };
  return table;
}

}  // namespace vdp::icechunk
