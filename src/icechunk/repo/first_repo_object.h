// The object `repo` of a repository that has none yet.
#pragma once

#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {

/// Puts `object` where there is no `repo`. After a lost answer, the object that is there tells whose it is: `conflict`
/// where it is somebody else's. Other errors are the store's; `outcome_unknown` where it may be there.
Status put_first_repo(const RepositoryState& repository, const Bytes& object);

}  // namespace vdp::icechunk
