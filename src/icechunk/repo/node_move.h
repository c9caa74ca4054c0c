// Moving a node to another path.
#pragma once

#include <string>

#include "base/error.h"
#include "icechunk/repo/change_set.h"

namespace vdp::icechunk {

/// Moves the node at `from`, and all that is below it, to `to`, as seen on `base` under `changes`. `not_found` where
/// there is no such node; `invalid` for the root, a path that is taken, a new parent that is no group, and a move into
/// itself. After an error nothing has moved.
Status move_node(const Snapshot& base, ChangeSet& changes, const std::string& from, const std::string& to);

}  // namespace vdp::icechunk
