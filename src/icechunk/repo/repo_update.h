// The conditional update of `repo`: the one place where a repository changes.
#pragma once

#include <functional>

#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {

/// What an update does. Both functions may be called several times, each time with `repo` as it is then.
struct RepoUpdate {
  /// For the operations log. It is read after `edit`, which may complete it: with the tip that a branch had, say.
  Update entry;
  /// Checks and changes; its error ends the update.
  std::function<Status(RepoInfo&)> edit;
  /// Whether the update has taken effect already, from content alone; may be null.
  std::function<bool(const RepoInfo&)> landed;
  /// It takes effect also where the repository is not online: only a change of the status does.
  bool ignores_status = false;
};

/// Applies the update to `repo`, after a copy of the former object was put under overwritten/, and in effect only for
/// the version that was read. Tries again where somebody else was faster, and where an answer was lost: one of our
/// attempts at most can find the version it replaces, and each is recognised afterwards by the name of its copy.
///
/// Errors: those of `edit`; `unsupported` for a repository of format version 1, which has no `repo`; `denied` where the
/// repository is not online; `outcome_unknown` where an attempt may have landed and `repo` can no longer be read;
/// `transient` where others were always faster.
Status update_repo(const RepositoryState& repository, const RepoUpdate& update);

}  // namespace vdp::icechunk
