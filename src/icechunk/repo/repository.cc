#include "icechunk/repo/repository.h"

#include <fmt/format.h>

#include "icechunk/repo/legacy_refs.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/operation_log.h"
#include "icechunk/repo/repository_state.h"
#include "icechunk/repo/session_state.h"

namespace vdp::icechunk {
namespace {

/// The format version of the repository in the store, or nothing. The object `repo` decides: what is left of version 1
/// beside it has no meaning.
Result<std::optional<int>> find_format_version(ObjectStore& store) {
  const Result<ObjectInfo> repo = store.head(repo_key);
  if (repo) return 2;
  if (repo.error().kind != ErrorKind::not_found) return std::unexpected(within(store.url(), repo.error()));
  VDP_ASSIGN_IN(store.url(), const bool legacy, legacy_repository_exists(store));
  if (legacy) return 1;
  return std::optional<int>();
}

std::map<std::string, SnapshotId> ids_by_name(const RepoInfo& info, const std::vector<NamedRef>& refs) {
  std::map<std::string, SnapshotId> ids;
  for (const NamedRef& ref : refs) ids[ref.name] = info.snapshots[ref.snapshot].id;
  return ids;
}

}  // namespace

Repository::Repository(std::shared_ptr<RepositoryState> state) : state_(std::move(state)) {}

Result<Repository> Repository::open(ObjectStorePtr store, const RepositoryOptions& options) {
  VDP_ASSIGN(const std::optional<int> version, find_format_version(*store));
  if (!version) return not_found(fmt::format("no Icechunk repository at {}", store->url()));
  auto state = std::make_shared<RepositoryState>(std::move(store), *version, options);
  if (*version == 2) {
    VDP_ASSIGN(const auto repo, state->load_repo());
    VDP_TRY(check_format_version(repo->info));
  }
  return Repository(std::move(state));
}

Result<bool> Repository::exists(ObjectStore& store) {
  VDP_ASSIGN(const std::optional<int> version, find_format_version(store));
  return version.has_value();
}

ObjectStore& Repository::store() const { return state_->store(); }

int Repository::format_version() const { return state_->format_version(); }

Result<Refs> Repository::refs() const {
  if (format_version() == 1) return load_legacy_refs(store());
  VDP_ASSIGN(const auto repo, state_->load_repo());
  Refs refs{ids_by_name(repo->info, repo->info.branches), ids_by_name(repo->info, repo->info.tags), {}};
  for (const std::string& name : repo->info.deleted_tags) refs.deleted_tags[name] = std::nullopt;
  std::size_t untold = refs.deleted_tags.size();
  VDP_TRY(for_each_log_part(*state_, repo->info, [&](const RepoInfo& part) {
    for (const UpdateEntry& entry : part.latest_updates) {
      const auto* deleted = std::get_if<TagDeleted>(&entry.update);
      if (deleted == nullptr) continue;
      const auto tag = refs.deleted_tags.find(deleted->name);
      if (tag == refs.deleted_tags.end() || tag->second) continue;
      tag->second = deleted->previous;
      --untold;
    }
    return untold > 0;
  }));
  return refs;
}

Result<SnapshotId> Repository::resolve(const Revision& revision) const { return state_->resolve(revision); }

Status Repository::writable() const {
  if (format_version() == 1) return version_one_is_readonly(*state_);
  VDP_ASSIGN(const auto repo, state_->load_repo());
  return check_online(repo->info);
}

Result<Session> Repository::readonly_session(const Revision& revision) const {
  VDP_ASSIGN(const SnapshotId id, resolve(revision));
  VDP_ASSIGN(auto base, state_->load_snapshot(id));
  return Session(std::make_unique<SessionState>(state_, std::move(base), RepositoryConfig()));
}

Result<Session> Repository::rearrange_session(const std::string& branch) const {
  if (format_version() == 1) return version_one_is_readonly(*state_);
  VDP_ASSIGN(const auto repo, state_->load_repo());
  VDP_TRY(check_enabled(repo->info, FeatureFlag::move_node));
  VDP_ASSIGN(Session session, writable_session(branch));
  session.state_->rearranges = true;
  return session;
}

Result<Session> Repository::writable_session(const std::string& branch) const {
  if (format_version() == 1) return version_one_is_readonly(*state_);
  VDP_ASSIGN(const auto repo, state_->load_repo());
  VDP_TRY(check_online(repo->info));
  VDP_ASSIGN(const SnapshotId tip, resolve_in(repo->info, Branch{branch}));
  VDP_ASSIGN(RepositoryConfig config, effective_config(*state_, repo->info));
  VDP_ASSIGN(auto base, state_->load_snapshot(tip));
  auto session = std::make_unique<SessionState>(state_, std::move(base), std::move(config));
  session->branch = branch;
  return Session(std::move(session));
}

}  // namespace vdp::icechunk
