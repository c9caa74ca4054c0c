// Where the objects of a repository lie below its root.
#pragma once

#include <string>

#include "icechunk/format/ids.h"

namespace vdp::icechunk {

inline constexpr std::string_view repo_key = "repo";

inline std::string snapshot_key(const SnapshotId& id) { return "snapshots/" + id.text(); }
inline std::string transaction_log_key(const SnapshotId& id) { return "transactions/" + id.text(); }
inline std::string manifest_key(const ManifestId& id) { return "manifests/" + id.text(); }
inline std::string chunk_key(const ChunkId& id) { return "chunks/" + id.text(); }
/// A former version of `repo`. Inside `repo` only the bare name is kept.
inline std::string backup_key(const std::string& name) { return "overwritten/" + name; }

}  // namespace vdp::icechunk
