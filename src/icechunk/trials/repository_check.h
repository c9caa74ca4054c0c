// RepositoryCheck: whether what the refs of a repository lead to is all there, judged from the objects alone.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "icechunk/format/repo_info.h"
#include "icechunk/format/snapshot.h"
#include "store/object_store.h"

namespace vdp::icechunk {

/// Knows nothing of sessions and of how commits go: it fetches and decodes. What was found in order once is not looked
/// at again, because only `repo` ever changes; whoever uses one check while objects are deleted asks `is_needed`.
class RepositoryCheck {
 public:
  explicit RepositoryCheck(ObjectStore& store) : store_(store) {}

  /// One line for each thing that is missing, cannot be decoded, or contradicts another; none where all is well:
  ///   - `repo` decodes, and its log goes back in time, each entry but the first with the copy that was made;
  ///   - every snapshot that a branch or a tag reaches exists, is later than its parent, and has a transaction log;
  ///   - its manifests exist with the size that it tells, and so do the chunk objects that they refer to;
  ///   - the transaction logs of ancestors that were left out exist.
  std::vector<std::string> findings();

  /// Of the last findings().
  const RepoInfo& info() const { return info_; }
  /// Whether a ref leads to the object, as of the last findings().
  bool is_needed(const std::string& key);

 private:
  using Keys = std::set<std::string>;

  void check_log();
  void check_snapshot(const SnapshotInfo& snapshot);
  void check_transaction_log(const SnapshotId& id, Keys& keys);
  void check_manifest(const ManifestFile& file, Keys& keys);
  void find(std::string problem) { findings_.push_back(std::move(problem)); }

  ObjectStore& store_;
  RepoInfo info_;
  std::vector<std::string> findings_;
  std::set<std::uint32_t> reachable_;           ///< positions in info_.snapshots
  std::map<SnapshotId, Keys> whole_;            ///< snapshots found in order, and what they need
  std::map<ManifestId, Keys> whole_manifests_;  ///< the same for manifests
  std::set<std::string> backups_;               ///< names found under overwritten/
};

}  // namespace vdp::icechunk
