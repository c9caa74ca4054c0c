// How large a repository is, and what its arrays refer to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "icechunk/repo/repository.h"
#include "icechunk/upkeep/object_total.h"

namespace vdp::icechunk {

/// Objects of one kind, by whether a branch or a tag leads to them.
struct KindStatistics {
  ObjectTotal reachable;
  ObjectTotal unreachable;
};

/// What a repository's store holds below its root.
struct ObjectStatistics {
  KindStatistics snapshots;
  KindStatistics transaction_logs;  ///< reachable: of reachable snapshots, and those kept for them
  KindStatistics manifests;
  KindStatistics chunks;
  ObjectTotal current;  ///< `repo`; of version 1 the objects below refs/ and config.yaml
  ObjectTotal former;   ///< below overwritten/
  ObjectTotal other;    ///< of no kind that the format knows
};

/// Chunks of one kind and the bytes they address.
struct RefCount {
  std::uint64_t refs = 0;
  std::uint64_t bytes = 0;
};

struct ArrayStatistics {
  std::string path;
  std::uint64_t manifests = 0;
  RefCount inlined;
  RefCount native;
  RefCount virtual_;
};

/// Lists the whole store, and reads every snapshot and manifest that a branch or a tag leads to. `threads`: objects
/// read at once. What an open session has written counts as unreachable.
Result<ObjectStatistics> object_statistics(const Repository& repository, std::size_t threads = 8);

/// The arrays of one snapshot, by path. Reads all its manifests, `threads` at once.
Result<std::vector<ArrayStatistics>> array_statistics(const Repository& repository, const SnapshotId& snapshot,
                                                      std::size_t threads = 8);

}  // namespace vdp::icechunk
