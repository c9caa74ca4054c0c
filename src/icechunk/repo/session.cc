#include "icechunk/repo/session.h"

#include "icechunk/repo/node_move.h"
#include "icechunk/repo/session_state.h"

namespace vdp::icechunk {

Session::Session(std::unique_ptr<SessionState> state) : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

const SnapshotId& Session::base() const { return state_->base->id; }

const std::optional<std::string>& Session::branch() const { return state_->branch; }

bool Session::has_changes() const { return !state_->changes.empty(); }

void Session::discard() { state_->changes.clear(); }

Result<CommitOutcome> Session::commit(const std::string& message, const Json& metadata) {
  return commit_session(*state_, message, metadata);
}

Result<CommitOutcome> Session::amend(const std::string& message, const Json& metadata, bool allow_empty) {
  return amend_session(*state_, message, metadata, allow_empty);
}

Result<CommitOutcome> Session::flush(const std::string& message, const Json& metadata) {
  return flush_session(*state_, message, metadata);
}

Result<CommitOutcome> Session::commit(const std::string& message, const Json& metadata, const CommitOptions& options) {
  if (options.solver == nullptr) return commit_session(*state_, message, metadata, options.allow_empty);
  return commit_with_solver(*state_, message, metadata, options);
}

Result<RebaseOutcome> Session::rebase(const ConflictSolver& solver) { return rebase_session(*state_, solver); }

Status Session::move_node(const std::string& from, const std::string& to) {
  VDP_TRY(state_->check_committable());
  if (!state_->rearranges) {
    return fail(ErrorKind::denied, "only a session of Repository::rearrange_session moves nodes");
  }
  return icechunk::move_node(*state_->base, state_->changes, from, to);
}

}  // namespace vdp::icechunk
