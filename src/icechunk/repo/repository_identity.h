// What tells two repositories apart.
#pragma once

#include <string>

#include "icechunk/format/repo_info.h"

namespace vdp::icechunk {

/// 64 hexadecimal digits: the SHA-256 of the id and the time of the first snapshot that `snapshot` descends from. A
/// copy of a repository has the same one. `not_found` where the repository has no such snapshot (any more).
Result<std::string> repository_identity(const RepoInfo& info, const SnapshotId& snapshot);

}  // namespace vdp::icechunk
