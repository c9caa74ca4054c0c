// What changed between two snapshots of one history, as their transaction logs tell it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "icechunk/repo/chunk_index_set.h"
#include "icechunk/repo/repository.h"

namespace vdp::icechunk {

struct MovedPath {
  std::string from;
  std::string to;
  bool operator==(const MovedPath&) const = default;
};

/// By the paths that nodes have in `to`; what `to` no longer has, by the paths in `from`. A node that was made and
/// deleted in between appears nowhere. An array that was deleted and made again is a deleted and a new one.
struct SnapshotDiff {
  std::set<std::string> new_groups;
  std::set<std::string> new_arrays;
  std::set<std::string> deleted_groups;
  std::set<std::string> deleted_arrays;
  std::set<std::string> updated_groups;  ///< their zarr.json
  std::set<std::string> updated_arrays;
  /// Chunks that were written or deleted, those of new arrays too. Where an array was made again under the path of
  /// another one, those of the array that `to` has.
  std::map<std::string, ChunkIndexSet> updated_chunks;
  /// As the logs have them, those of the newest snapshot first: a node that was moved twice is there twice, and so is
  /// what lies below a node that was moved.
  std::vector<MovedPath> moved_nodes;

  bool empty() const;
};

/// The changes of all snapshots after `from`, up to and with `to`, and of those between them that were expired; nothing
/// where both are the same. `from` must be an ancestor of `to`, else `invalid`. `not_found` where a transaction log is
/// missing: what it told is lost, and a part is never taken for the whole. Of version 1, whose expired snapshots leave
/// no trace, their changes are not told.
Result<SnapshotDiff> diff_snapshots(const Repository& repository, const SnapshotId& from, const SnapshotId& to);

}  // namespace vdp::icechunk
