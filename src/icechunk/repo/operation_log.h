// The operations log over all its parts: the newest is in `repo`, older ones in former versions of it.
#pragma once

#include <functional>

#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {

/// Calls `visit` for `newest`, and then for each former `repo` in which the log goes on, the newer first, until it says
/// false. A part that is no longer in the store is the end of the log.
Status for_each_log_part(const RepositoryState& repository, const RepoInfo& newest,
                         const std::function<bool(const RepoInfo& part)>& visit);

}  // namespace vdp::icechunk
