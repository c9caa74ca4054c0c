// Migrate: a repository of format version 1 becomes one of version 2.
//
// How it goes:
//   1. All names, the configuration and the snapshots that the names lead to are read, and `repo` is made of them (see
//      migrated_repo_info). The snapshots themselves, their transaction logs, manifests and chunks stay as they are:
//      readers of version 2 read them.
//   2. The names are read again: if a writer of version 1 was at work, all starts again at 1.
//   3. `repo` is put where no `repo` is. From here on the repository has version 2.
//   4. Where it is asked for, the former names and configuration are deleted, if they are still those that were read.
// Whatever interrupts it, the repository can be read: before 3 as version 1, after it as version 2, and another run
// does the rest. Writers of version 1 must not be at work meanwhile: what they commit between 2 and 3 is in no history
// of version 2. It is noticed, and then nothing is deleted.
#pragma once

#include "icechunk/repo/repository.h"

namespace vdp::icechunk {

struct MigrateOptions {
  bool dry_run = false;  ///< write nothing: tell what would be done
  /// refs/ and config.yaml, which have no meaning in version 2 but for readers that only know version 1.
  bool delete_former_refs = true;
  std::size_t threads = 8;  ///< snapshots read at once
};

struct MigrateReport {
  bool was_migrated = false;  ///< it had version 2 already; the counts are then those of deleted objects alone
  std::size_t snapshots = 0;
  std::size_t branches = 0;
  std::size_t tags = 0;
  std::size_t deleted_tags = 0;
  std::size_t operations = 0;       ///< entries of the operations log
  bool has_config = false;          ///< another than the default one
  std::uint64_t repo_bytes = 0;     ///< of the object `repo`
  std::size_t deleted_objects = 0;  ///< or of a dry run, those that would be
};

/// Safe to interrupt and to run again. Errors, besides those of the store: `not_found` where there is no repository, or
/// a snapshot is missing; `corrupt` for what cannot be read; `conflict` where somebody wrote to the repository
/// meanwhile, the message says what is lost and how to go on; `outcome_unknown` where `repo` may have been put.
Result<MigrateReport> migrate(ObjectStorePtr store, const MigrateOptions& options,
                              const RepositoryOptions& repository_options = {});

}  // namespace vdp::icechunk
