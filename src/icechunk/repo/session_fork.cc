// Forks of sessions: Session::fork, export_changes and merge, Repository::forked_session.
#include <fmt/format.h>

#include "icechunk/repo/change_merge.h"
#include "icechunk/repo/fork_changes.h"
#include "icechunk/repo/repository_identity.h"
#include "icechunk/repo/session.h"
#include "icechunk/repo/session_state.h"

namespace vdp::icechunk {
namespace {

Result<Fork> export_state(SessionState& session) {
  VDP_TRY(session.check_writable());
  VDP_ASSIGN(const auto repo, session.repository->load_repo());
  VDP_ASSIGN(std::string identity, repository_identity(repo->info, session.base->id));
  VDP_ASSIGN(ForkContent content, fork_content(std::move(identity), *session.base, session.changes));
  // Who opens the fork, or merges it, finds the chunks in the store.
  VDP_TRY(session.objects.put_all());
  return Fork(std::move(content));
}

Status check_repository(const RepositoryState& repository, const RepoInfo& info, const Fork& fork) {
  const Result<std::string> identity = repository_identity(info, fork.base());
  if (!identity) {
    return not_found(
        fmt::format("{}: the fork's base {} is not in the repository: it is of another one, or the base was "
                    "expired",
                    repository.store().url(), fork.base().text()));
  }
  if (*identity == fork.content().repository) return {};
  return invalid(fmt::format("{}: found a fork of the repository {}, expected {}", repository.store().url(),
                             fork.content().repository, *identity));
}

}  // namespace

Result<Fork> Session::fork() const { return export_state(*state_); }

Result<Fork> Session::export_changes() { return export_state(*state_); }

Status Session::merge(const Fork& changes) {
  VDP_TRY(state_->check_writable());
  if (changes.base() != state_->base->id) {
    return invalid(fmt::format("found a fork of snapshot {}, expected one of {}, the session's base",
                               changes.base().text(), state_->base->id.text()));
  }
  VDP_ASSIGN(const auto repo, state_->repository->load_repo());
  VDP_TRY(check_repository(*state_->repository, repo->info, changes));
  VDP_ASSIGN(const ChangeSet theirs, changes_on(*state_->base, changes.content()));
  return merge_changes(*state_->base, state_->changes, theirs);
}

Result<Session> Repository::forked_session(const Fork& fork) const {
  VDP_TRY(writable());
  VDP_ASSIGN(const auto repo, state_->load_repo());
  VDP_TRY(check_repository(*state_, repo->info, fork));
  VDP_ASSIGN(RepositoryConfig config, stored_config(repo->info));
  VDP_ASSIGN(auto base, state_->load_snapshot(fork.base()));
  auto session = std::make_unique<SessionState>(state_, std::move(base), std::move(config));
  session->forked = true;
  VDP_ASSIGN(session->changes, changes_on(*session->base, fork.content()));
  for (const ForkContent::Node& node : fork.content().nodes) {
    if (node.is_new) session->inherited.insert(node.id);
  }
  return Session(std::move(session));
}

}  // namespace vdp::icechunk
