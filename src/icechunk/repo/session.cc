#include "icechunk/repo/session.h"

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

}  // namespace vdp::icechunk
