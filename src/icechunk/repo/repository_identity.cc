#include "icechunk/repo/repository_identity.h"

#include <fmt/format.h>

#include "base/sha256.h"

namespace vdp::icechunk {

Result<std::string> repository_identity(const RepoInfo& info, const SnapshotId& snapshot) {
  const auto position = info.find_snapshot(snapshot);
  if (!position) return not_found(fmt::format("no snapshot {} in the repository", snapshot.text()));
  const SnapshotInfo* first = &info.snapshots[*position];
  while (first->parent >= 0) first = &info.snapshots[first->parent];
  Sha256 hash;
  hash.update(first->id.bytes);
  hash.update_u64(static_cast<std::uint64_t>(first->flushed_at_us));
  return hash.finish_hex();
}

}  // namespace vdp::icechunk
