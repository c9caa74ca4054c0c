// RepoInfo: the object `repo`, the only one that changes. It names all snapshots, branches and tags, and tells what was
// done to the repository.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "icechunk/format/ids.h"
#include "icechunk/format/metadata_value.h"

namespace vdp::icechunk {

enum class Availability : std::uint8_t { online = 0, read_only = 1, offline = 2 };

struct RepositoryStatus {
  Availability availability = Availability::online;
  TimestampUs set_at_us = 0;
  std::optional<std::string> reason;  ///< why it is limited
};

// Entries of the operations log. The numbers are the union tags on disk.
struct RepoInitialized {};  // 1
struct RepoMigrated {
  std::uint8_t from_version = 0, to_version = 0;
};  // 2
struct ConfigChanged {};    // 3
struct MetadataChanged {};  // 4
struct TagCreated {
  std::string name;
};  // 5
struct TagDeleted {
  std::string name;
  SnapshotId previous;
};  // 6
struct BranchCreated {
  std::string name;
};  // 7
struct BranchDeleted {
  std::string name;
  SnapshotId previous;
};  // 8
struct BranchReset {
  std::string name;
  SnapshotId previous;
};  // 9
struct NewCommit {
  std::string branch;
  SnapshotId snapshot;
};  // 10
struct CommitAmended {
  std::string branch;
  SnapshotId previous;
  SnapshotId snapshot;
};  // 11
struct NewDetachedSnapshot {
  SnapshotId snapshot;
};  // 12
struct GarbageCollected {};  // 13
struct SnapshotsExpired {};  // 14
struct FeatureFlagChanged {
  std::uint16_t flag = 0;
  bool new_value = false;
  bool is_set = false;
};  // 15
struct StatusChanged {
  RepositoryStatus status;
};  // 16
struct UnknownUpdate {
  std::uint8_t type = 0;
};  // of a newer writer: can be shown, cannot be rewritten

using Update = std::variant<RepoInitialized, RepoMigrated, ConfigChanged, MetadataChanged, TagCreated, TagDeleted,
                            BranchCreated, BranchDeleted, BranchReset, NewCommit, CommitAmended, NewDetachedSnapshot,
                            GarbageCollected, SnapshotsExpired, FeatureFlagChanged, StatusChanged, UnknownUpdate>;

struct UpdateEntry {
  Update update;
  TimestampUs updated_at_us = 0;
  /// Name under overwritten/ of the `repo` that this entry described; the newest entry has none.
  std::optional<std::string> backup;
};

struct SnapshotInfo {
  SnapshotId id;
  std::int32_t parent = -1;  ///< position in RepoInfo::snapshots, -1 for none
  TimestampUs flushed_at_us = 0;
  std::string message;
  std::vector<StoredMetadataItem> metadata;
  std::vector<SnapshotId> pruned_ancestor_logs;
};

struct NamedRef {
  std::string name;
  std::uint32_t snapshot = 0;  ///< position in RepoInfo::snapshots
};

struct RepoInfo {
  std::uint8_t spec_version = 2;
  std::vector<NamedRef> tags;             ///< by name
  std::vector<NamedRef> branches;         ///< by name
  std::vector<std::string> deleted_tags;  ///< sorted
  std::vector<SnapshotInfo> snapshots;    ///< by id
  RepositoryStatus status;
  std::vector<StoredMetadataItem> metadata;
  std::vector<UpdateEntry> latest_updates;    ///< newest first
  std::optional<std::string> updates_before;  ///< name under overwritten/ where the log goes on
  std::optional<Bytes> config;                ///< FlexBuffers
  std::optional<std::vector<std::uint16_t>> enabled_feature_flags;
  std::optional<std::vector<std::uint16_t>> disabled_feature_flags;
  std::optional<Bytes> extra;
  /// The object has fields that this version does not know: it can be read, and must not be rewritten.
  bool has_unknown_fields = false;

  /// Positions, or nothing.
  std::optional<std::uint32_t> find_snapshot(const SnapshotId& id) const;
  const NamedRef* find_branch(std::string_view name) const;
  const NamedRef* find_tag(std::string_view name) const;
};

/// The whole object, header included. `unsupported` for content that cannot be written back.
Result<Bytes> encode_repo_info(const RepoInfo& info);
/// Indices are in range, parents do not form a circle, orders are as the format demands.
Result<RepoInfo> decode_repo_info(ByteView object);

}  // namespace vdp::icechunk
