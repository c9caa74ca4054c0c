// A repository of format version 1, as far as its migration needs it: names, history and configuration.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "icechunk/format/repo_info.h"
#include "icechunk/repo/repository_config.h"
#include "icechunk/repo/revision.h"
#include "store/object_store.h"

namespace vdp::icechunk {

/// What version 2 keeps of a snapshot in `repo`.
struct LegacySnapshot {
  std::optional<SnapshotId> parent;
  TimestampUs flushed_at_us = 0;
  std::string message;
  std::vector<StoredMetadataItem> metadata;  ///< as version 2 encodes it
};

struct LegacyRepository {
  Refs refs;
  RepositoryConfig config;
  std::map<SnapshotId, LegacySnapshot> snapshots;  ///< those that branches and tags lead to
};

/// Reads the snapshots on `threads` threads. `not_found` where one that is needed is missing, `corrupt` where one
/// cannot be read, is another than its name says, or is its own ancestor. Others do not matter.
Result<LegacyRepository> load_legacy_repository(ObjectStore& store, std::size_t threads);

/// `repo` of the same repository in version 2, as the official library migrates it: the operations log is made up from
/// the history. A commit belongs to branch main if that has it, else to the first branch by name that has it. A branch
/// or a tag was made a millisecond after its snapshot, a tag was deleted two milliseconds after it; what was deleted
/// and is no more in the history, after the first snapshot. `corrupt` where there is no branch main.
Result<RepoInfo> migrated_repo_info(const LegacyRepository& repository, TimestampUs now_us);

}  // namespace vdp::icechunk
