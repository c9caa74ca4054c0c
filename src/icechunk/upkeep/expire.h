// Expire: old snapshots leave the history. No object is touched; what nothing refers to any more is collected later.
#pragma once

#include <string>
#include <vector>

#include "icechunk/repo/repository.h"
#include "icechunk/upkeep/age_guard.h"

namespace vdp::icechunk {

/// What becomes of a branch or a tag that names an old snapshot.
enum class ExpiredRefs {
  keep,    ///< it stays, and so does its snapshot
  remove,  ///< it goes (a tag's name is never free again); branch main stays always
};

struct ExpireOptions {
  /// Snapshots that were flushed before this, by the clocks of their writers, are old. A root never is.
  TimestampUs older_than_us = 0;
  ExpiredRefs branches = ExpiredRefs::keep;
  ExpiredRefs tags = ExpiredRefs::keep;
  // What stays beyond the official rules.
  /// Of each branch that stays, so many snapshots from its tip on stay whatever their age.
  std::size_t keep_newest = 0;
  /// Branches and tags of these names stay, and so do their snapshots, whatever `branches` and `tags` say. In a name
  /// `*` stands for any text, `?` for any character and `[...]` for one of several, as in a shell.
  std::vector<std::string> protected_branches;
  std::vector<std::string> protected_tags;
  /// `older_than_us` must lie this far back.
  std::int64_t minimum_age_us = default_minimum_age_us;
  bool dry_run = false;  ///< tell what would be done
};

struct ExpireReport {
  std::vector<SnapshotId> released;  ///< they left the history
  std::vector<SnapshotId> edited;    ///< they stay, with the root as their new parent
  std::size_t kept = 0;              ///< snapshots that `repo` still names
  std::vector<std::string> deleted_branches;
  std::vector<std::string> deleted_tags;
};

/// What expire does to `repo`, as a pure function. The rules are those of official expiration: of the old snapshots,
/// the tip of main and the tips of kept branches and tags stay; a snapshot that stays and whose parent goes gets the
/// root of its ancestry as parent. `denied` where a feature flag forbids the deletion of tags and one would go.
Result<ExpireReport> expire_snapshots(RepoInfo& info, const ExpireOptions& options);

/// One update of `repo`, computed anew where somebody else was faster. Safe to run again. Errors: `unsupported` for a
/// repository of version 1; `denied` where it is not writable; `invalid` for a cutoff that is too young;
/// `outcome_unknown` where the update may have landed.
Result<ExpireReport> expire(const Repository& repository, const ExpireOptions& options);

}  // namespace vdp::icechunk
