// What all sessions of a repository share: the store, the cache, and how objects are fetched.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "icechunk/format/manifest.h"
#include "icechunk/format/repo_info.h"
#include "icechunk/format/snapshot.h"
#include "icechunk/repo/manifest_cache.h"
#include "icechunk/repo/repository.h"

namespace vdp::icechunk {

/// `repo`, and the version of the object that it was decoded from.
struct VersionedRepoInfo {
  RepoInfo info;
  std::string etag;
};

/// Safe for use from several threads.
class RepositoryState {
 public:
  RepositoryState(ObjectStorePtr store, int format_version, const RepositoryOptions& options)
      : store_(std::move(store)),
        format_version_(format_version),
        clock_(*options.clock),
        random_(*options.random),
        config_(options.config),
        manifests_(options.manifest_cache_bytes) {}

  ObjectStore& store() const { return *store_; }
  int format_version() const { return format_version_; }
  Clock& clock() const { return clock_; }
  Random& random() const { return random_; }
  /// The caller's part of the configuration.
  const RepositoryConfig& config() const { return config_; }

  /// Of a repository of version 2, as it is now: the store is asked for its version at least.
  Result<std::shared_ptr<const VersionedRepoInfo>> load_repo() const;
  /// What `repo` has become by our own hand, or was found to be.
  std::shared_ptr<const VersionedRepoInfo> keep_repo(VersionedRepoInfo repo) const;
  /// The same as it was last seen, without asking; null where it was not yet. It may be out of date.
  std::shared_ptr<const VersionedRepoInfo> last_repo() const;
  Result<std::shared_ptr<const Snapshot>> load_snapshot(const SnapshotId& id) const;
  /// One is kept: a writer's next session begins with the snapshot that its last one made.
  std::shared_ptr<const Snapshot> keep_snapshot(Snapshot snapshot) const;
  Result<std::shared_ptr<const Manifest>> load_manifest(const ManifestFile& file);
  void keep_manifest(std::shared_ptr<const Manifest> manifest) { manifests_.keep(std::move(manifest)); }
  void forget_manifest(const ManifestId& id) { manifests_.forget(id); }

  /// The snapshot that a revision names now.
  Result<SnapshotId> resolve(const Revision& revision) const;

 private:
  std::shared_ptr<const Snapshot> last_snapshot() const;
  Result<std::shared_ptr<const VersionedRepoInfo>> decode_repo(const ObjectData& object) const;

  ObjectStorePtr store_;
  int format_version_;
  Clock& clock_;
  Random& random_;
  const RepositoryConfig config_;
  ManifestCache manifests_;
  mutable std::mutex last_mutex_;
  mutable std::shared_ptr<const VersionedRepoInfo> last_repo_;  ///< maybe not the newest; its version tells
  mutable std::shared_ptr<const Snapshot> last_snapshot_;
};

/// The snapshot that a revision names in `info`; `not_found` with the names there are.
Result<SnapshotId> resolve_in(const RepoInfo& info, const Revision& revision);

/// The configuration that `info` holds; the default one where it holds none.
Result<RepositoryConfig> stored_config(const RepoInfo& info);

/// The same, overlaid by the caller's part.
Result<RepositoryConfig> effective_config(const RepositoryState& repository, const RepoInfo& info);

/// `unsupported` unless `info` is of version 2.
Status check_format_version(const RepoInfo& info);

/// The answer to whoever would write to a repository of version 1.
Failure version_one_is_readonly(const RepositoryState& repository);

/// Why `info` must not be changed, or success.
Status check_online(const RepoInfo& info);

}  // namespace vdp::icechunk
