// The manifests of a branch's tip are written anew in another split. Values, chunks and history stay as they are.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "icechunk/repo/manifest_rewrite.h"
#include "icechunk/repo/manifest_splitting.h"
#include "icechunk/repo/repository.h"

namespace vdp::icechunk {

struct RewriteManifestsOptions {
  std::string branch = "main";
  /// How to split; none: as the repository's configuration says.
  std::optional<ManifestSplitting> splitting;
  /// The repository's configuration gets `splitting` first, so that later writers keep to it.
  bool save_splitting = false;
  std::string message = "manifests rewritten";
  Json metadata = Json::object();  ///< of the commit
  bool dry_run = false;            ///< tell what would be done, and write nothing
  int max_attempts = 10;           ///< against other writers of the branch
};

struct RewriteManifestsReport {
  std::uint64_t arrays = 0;            ///< that have new manifests
  ManifestRewrite manifests;           ///< of all arrays
  std::optional<SnapshotId> snapshot;  ///< of the commit; none where all was so already, and in a dry run
};

/// One commit, whose metadata tell the split as official rewrites do: {"__icechunk": {"splitting_config": ...}}. Safe
/// to run again: what is so already stays, and then there is no commit. The former manifests are garbage once their
/// snapshots are. Errors: `unsupported` for a repository of version 1; `denied` where it is not writable; `conflict`
/// where others were always faster; `outcome_unknown`.
Result<RewriteManifestsReport> rewrite_manifests(const Repository& repository, const RewriteManifestsOptions& options);

}  // namespace vdp::icechunk
