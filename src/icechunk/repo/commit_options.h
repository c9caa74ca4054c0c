// How a session commits where others commit, too.
#pragma once

#include "icechunk/repo/conflict_solver.h"
#include "store/retry.h"

namespace vdp::icechunk {

struct CommitOptions {
  /// Where the branch has moved, the session is rebased with this and committed again. Null: that is a conflict.
  const ConflictSolver* solver = nullptr;
  /// How often, and after which pauses. Time and chance are the repository's.
  RetryPolicy retry = {
      .max_attempts = 1000, .first_pause_us = 5'000, .longest_pause_us = 2'000'000, .budget_us = 600'000'000};
  /// A session without changes commits a snapshot all the same.
  bool allow_empty = false;
};

}  // namespace vdp::icechunk
