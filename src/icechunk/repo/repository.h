// An Icechunk repository in an object store: opened, asked for its names and history, and source of sessions.
//
// Format version 2 is read and written. Version 1 is read; what would write to it is `unsupported`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "icechunk/format/repo_info.h"
#include "icechunk/repo/feature_flag.h"
#include "icechunk/repo/repository_config.h"
#include "icechunk/repo/revision.h"
#include "icechunk/repo/session.h"
#include "store/object_store.h"

namespace vdp::icechunk {

/// What a repository works with beside its store; tests replace it.
struct RepositoryOptions {
  Clock* clock = &system_clock();
  Random* random = &system_random();
  /// Decoded manifests that are kept for further reads, over all sessions: here about two million references.
  std::uint64_t manifest_cache_bytes = 64ULL << 20;
  /// What the caller wants otherwise than the stored configuration says; in effect for this handle and its copies.
  RepositoryConfig config = {};
};

/// One entry of the operations log.
struct Operation {
  TimestampUs updated_at_us = 0;
  std::string description;  ///< "new commit 0F3T... on branch main"
  Update update;
};

class RepositoryState;

/// A handle; copies share the store and the cache. Safe for use from several threads.
class Repository {
 public:
  /// Makes a repository of version 2 with an empty first snapshot on branch main. `conflict` where the store's root
  /// holds anything already, a repository or not; what is left of a create() that was cut off is written anew.
  static Result<Repository> create(ObjectStorePtr store, const RepositoryConfig& config = {},
                                   const RepositoryOptions& options = {});
  /// `not_found` where there is no repository.
  static Result<Repository> open(ObjectStorePtr store, const RepositoryOptions& options = {});
  static Result<bool> exists(ObjectStore& store);

  ObjectStore& store() const;
  /// 1 or 2.
  int format_version() const;

  // Reads as of now: every call asks the store.

  /// The stored configuration, overlaid by RepositoryOptions::config.
  Result<RepositoryConfig> config() const;
  Result<Refs> refs() const;
  // What version 1 does not have reads as its default: online, no metadata, every feature on.
  Result<RepositoryStatus> status() const;
  Result<Json> metadata() const;
  Result<std::map<FeatureFlag, bool>> feature_flags() const;
  Result<SnapshotId> resolve(const Revision& revision) const;
  /// The revision's snapshot and its ancestors, newest first, at most `limit` of them.
  Result<std::vector<SnapshotSummary>> history(const Revision& revision, std::size_t limit = SIZE_MAX) const;
  /// All operations, newest first, older parts of the log included. Empty for version 1.
  Result<std::vector<Operation>> operations(std::size_t limit = SIZE_MAX) const;
  /// Why writing is not possible now (a read-only or offline repository, version 1), or success.
  Status writable() const;

  // Each of these is one update of `repo`; `denied` where the repository is not writable.
  /// Stores exactly `config`.
  Status save_config(const RepositoryConfig& config);
  /// Stores what is stored then, overlaid by RepositoryOptions::config.
  Status save_config();
  Status create_branch(const std::string& name, const SnapshotId& snapshot);
  /// Never main. The snapshots stay until they are collected.
  Status delete_branch(const std::string& name);
  /// Moves the branch to any snapshot of the repository; `conflict` where its tip is not `expected_tip`.
  Status reset_branch(const std::string& name, const SnapshotId& to,
                      const std::optional<SnapshotId>& expected_tip = std::nullopt);
  Status create_tag(const std::string& name, const SnapshotId& snapshot);
  /// The name is never free again.
  Status delete_tag(const std::string& name);
  /// The one update that a read-only or offline repository takes.
  Status set_status(Availability availability, const std::optional<std::string>& reason = std::nullopt);
  /// Replaces all metadata of the repository by the members of `object`.
  Status set_metadata(const Json& object);
  /// Nothing: back to the flag's default, which is on.
  Status set_feature_flag(FeatureFlag flag, std::optional<bool> value);

  Result<Session> readonly_session(const Revision& revision) const;
  /// Changes are committed to `branch`, on top of what is its tip now.
  Result<Session> writable_session(const std::string& branch) const;
  /// One that moves nodes, and does nothing else. `denied` where the repository's feature flags forbid it.
  Result<Session> rearrange_session(const std::string& branch) const;
  /// Goes on where the fork was made. It cannot commit: see Session::export_changes. `invalid` for a fork of another
  /// repository, `not_found` where its base is no longer there.
  Result<Session> forked_session(const Fork& fork) const;

  /// What the copies share; for upkeep/ alone.
  RepositoryState& state() const { return *state_; }

 private:
  explicit Repository(std::shared_ptr<RepositoryState> state);
  std::shared_ptr<RepositoryState> state_;
};

}  // namespace vdp::icechunk
