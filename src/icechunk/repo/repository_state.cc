#include "icechunk/repo/repository_state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "icechunk/repo/legacy_refs.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/repo_edit.h"
#include "zarr/array_metadata.h"

namespace vdp::icechunk {
namespace {

/// Writers of version 1 noted chunk lengths, and newer ones guessed them; zarr.json has the true grid.
void correct_chunk_counts(Snapshot& snapshot) {
  for (NodeSnapshot& node : snapshot.nodes) {
    if (!node.array) continue;
    const Result<Json> document = parse_json(node.zarr_json);
    if (!document) continue;
    const Result<zarr::ArrayMetadata> metadata = zarr::parse_array_metadata(*document);
    if (!metadata || metadata->rank() != node.array->shape.size()) continue;
    const zarr::Shape grid = metadata->grid_shape();
    for (std::size_t d = 0; d < grid.size(); ++d) {
      node.array->shape[d].chunk_count =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(grid[d], std::numeric_limits<std::uint32_t>::max()));
    }
  }
}

Failure unknown_name(std::string_view what, const std::string& name, const std::vector<NamedRef>& known) {
  std::vector<std::string> names;
  for (const NamedRef& ref : known) names.push_back(ref.name);
  return not_found(fmt::format("no {} {}: the repository has {}", what, name,
                               names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

}  // namespace

Result<std::shared_ptr<const VersionedRepoInfo>> RepositoryState::load_repo() const {
  if (const auto last = last_repo()) {
    VDP_ASSIGN_IN(store_->url(), const auto newer, store_->get_if_changed(repo_key, last->etag));
    return newer ? decode_repo(*newer) : last;
  }
  VDP_ASSIGN_IN(store_->url(), const ObjectData object, store_->get(repo_key));
  return decode_repo(object);
}

Result<std::shared_ptr<const VersionedRepoInfo>> RepositoryState::decode_repo(const ObjectData& object) const {
  VDP_ASSIGN_IN(store_->url() + std::string(repo_key), RepoInfo info, decode_repo_info(object.bytes));
  return keep_repo({std::move(info), object.info.etag});
}

std::shared_ptr<const VersionedRepoInfo> RepositoryState::last_repo() const {
  const std::lock_guard lock(last_mutex_);
  return last_repo_;
}

std::shared_ptr<const VersionedRepoInfo> RepositoryState::keep_repo(VersionedRepoInfo repo) const {
  auto kept = std::make_shared<const VersionedRepoInfo>(std::move(repo));
  const std::lock_guard lock(last_mutex_);
  // Without a version nothing could tell that it is out of date.
  if (!kept->etag.empty()) last_repo_ = kept;
  return kept;
}

Result<std::shared_ptr<const Snapshot>> RepositoryState::load_snapshot(const SnapshotId& id) const {
  if (auto last = last_snapshot(); last && last->id == id) return last;
  const std::string key = snapshot_key(id);
  VDP_ASSIGN_IN(store_->url(), const ObjectData object, store_->get(key));
  VDP_ASSIGN_IN(store_->url() + key, Snapshot snapshot, decode_snapshot(object.bytes));
  if (snapshot.id != id) {
    return corrupt(
        fmt::format("{}{}: found the snapshot {}, expected {}", store_->url(), key, snapshot.id.text(), id.text()));
  }
  if (snapshot.spec_version == 1) correct_chunk_counts(snapshot);
  return keep_snapshot(std::move(snapshot));
}

std::shared_ptr<const Snapshot> RepositoryState::keep_snapshot(Snapshot snapshot) const {
  auto kept = std::make_shared<const Snapshot>(std::move(snapshot));
  const std::lock_guard lock(last_mutex_);
  last_snapshot_ = kept;
  return kept;
}

std::shared_ptr<const Snapshot> RepositoryState::last_snapshot() const {
  const std::lock_guard lock(last_mutex_);
  return last_snapshot_;
}

Result<std::shared_ptr<const Manifest>> RepositoryState::load_manifest(const ManifestFile& file) {
  if (auto kept = manifests_.find(file.id)) return kept;
  const std::string key = manifest_key(file.id);
  VDP_ASSIGN_IN(store_->url(), const ObjectData object, store_->get(key));
  if (object.bytes.size() < file.size_bytes) {
    return corrupt(fmt::format("{}{}: found {} bytes, expected the {} that the snapshot tells", store_->url(), key,
                               object.bytes.size(), file.size_bytes));
  }
  VDP_ASSIGN_IN(store_->url() + key, Manifest manifest, decode_manifest(object.bytes));
  if (manifest.id != file.id) {
    return corrupt(fmt::format("{}{}: found the manifest {}, expected {}", store_->url(), key, manifest.id.text(),
                               file.id.text()));
  }
  auto shared = std::make_shared<const Manifest>(std::move(manifest));
  manifests_.keep(shared);
  return shared;
}

Result<SnapshotId> RepositoryState::resolve(const Revision& revision) const {
  if (format_version_ == 1) return resolve_legacy(*store_, revision);
  VDP_ASSIGN(const auto repo, load_repo());
  return resolve_in(repo->info, revision);
}

Result<SnapshotId> resolve_in(const RepoInfo& info, const Revision& revision) {
  if (const auto* branch = std::get_if<Branch>(&revision)) {
    const NamedRef* ref = info.find_branch(branch->name);
    if (ref == nullptr) return unknown_name("branch", branch->name, info.branches);
    return info.snapshots[ref->snapshot].id;
  }
  if (const auto* tag = std::get_if<Tag>(&revision)) {
    const NamedRef* ref = info.find_tag(tag->name);
    if (ref == nullptr) return unknown_name("tag", tag->name, info.tags);
    return info.snapshots[ref->snapshot].id;
  }
  const SnapshotId& id = std::get<SnapshotId>(revision);
  if (!info.find_snapshot(id)) return not_found(fmt::format("no snapshot {} in the repository", id.text()));
  return id;
}

Result<RepositoryConfig> stored_config(const RepoInfo& info) {
  if (!info.config) return RepositoryConfig();
  VDP_ASSIGN_IN("configuration", Json document, decode_flexbuffer(*info.config));
  return RepositoryConfig(std::move(document));
}

Result<RepositoryConfig> effective_config(const RepositoryState& repository, const RepoInfo& info) {
  VDP_ASSIGN(const RepositoryConfig stored, stored_config(info));
  return stored.overlaid_by(repository.config());
}

Status check_format_version(const RepoInfo& info) {
  if (info.spec_version == 2) return {};
  return unsupported(fmt::format("repo says format version {}, expected 2", info.spec_version));
}

Failure version_one_is_readonly(const RepositoryState& repository) {
  return unsupported(
      fmt::format("{}: the repository has format version 1, which is only read: migrate it to version 2 "
                  "(vdp repo migrate)",
                  repository.store().url()));
}

Status check_online(const RepoInfo& info) {
  if (info.status.availability == Availability::online) return {};
  return fail(ErrorKind::denied,
              fmt::format("the repository is {} since {}{}",
                          info.status.availability == Availability::read_only ? "read-only" : "offline",
                          format_timestamp(info.status.set_at_us),
                          info.status.reason ? ": " + *info.status.reason : std::string()));
}

}  // namespace vdp::icechunk
