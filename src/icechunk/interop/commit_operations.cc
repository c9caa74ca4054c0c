#include "icechunk/interop/operations.h"
#include "icechunk/interop/step_fields.h"

namespace vdp::icechunk {
namespace {

/// {"message": TEXT, "metadata": OBJECT}
Result<Json> commit(Session& session, const Json& step) {
  VDP_ASSIGN(const CommitOutcome outcome,
             session.commit(step.value("message", ""), step.value("metadata", Json::object())));
  return to_json(outcome);
}

/// The same, and "allow_empty".
Result<Json> amend(Session& session, const Json& step) {
  VDP_ASSIGN(const CommitOutcome outcome,
             session.amend(step.value("message", ""), step.value("metadata", Json::object()),
                           step.value("allow_empty", false)));
  return to_json(outcome);
}

Result<Json> flush(Session& session, const Json& step) {
  VDP_ASSIGN(const CommitOutcome outcome,
             session.flush(step.value("message", ""), step.value("metadata", Json::object())));
  return to_json(outcome);
}

}  // namespace

const Operations<SessionOperation>& commit_operations() {
  static const Operations<SessionOperation> table = {
      {"commit", commit},
      {"amend", amend},
      {"flush", flush},
  };
  return table;
}

}  // namespace vdp::icechunk
