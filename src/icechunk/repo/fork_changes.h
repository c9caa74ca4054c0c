// A session's changes as a fork holds them, and back.
#pragma once

#include <string>

#include "icechunk/format/snapshot.h"
#include "icechunk/repo/change_set.h"
#include "icechunk/repo/fork.h"

namespace vdp::icechunk {

/// `unsupported` where chunks were moved in an array that is new: they are rows alone, which do not tell what they
/// left.
Result<ForkContent> fork_content(std::string repository, const Snapshot& base, const ChangeSet& changes);

/// The fork's changes on `base`, the snapshot that it names. Trusts nothing: what a session could not have done on that
/// snapshot is `corrupt`.
Result<ChangeSet> changes_on(const Snapshot& base, const ForkContent& content);

}  // namespace vdp::icechunk
