// ConflictSolver: what is to be done about a conflict, decided by whoever commits.
#pragma once

#include "icechunk/repo/conflict.h"

namespace vdp::icechunk {

enum class Resolution : std::uint8_t {
  unsolved,
  keep_ours,    ///< the session's change stands, and theirs is lost on this chunk or node
  keep_theirs,  ///< the session's chunks are dropped. For chunk_double_update only: elsewhere it counts as unsolved
};

/// Without state that a call changes: the same solver may be asked by several threads.
class ConflictSolver {
 public:
  virtual ~ConflictSolver() = default;
  /// Asked about solvable conflicts only: chunk_double_update, delete_of_updated_array and delete_of_updated_group. One
  /// that is left unsolved ends the rebase.
  virtual Resolution resolve(const Conflict& conflict) const = 0;
};

/// Resolves nothing: a rebase succeeds where the changes have nothing in common.
class ConflictDetector final : public ConflictSolver {
 public:
  Resolution resolve(const Conflict&) const override { return Resolution::unsolved; }
};

struct BasicSolverOptions {
  Resolution on_chunk_conflict = Resolution::keep_ours;
  bool fail_on_delete_of_updated_array = false;
  bool fail_on_delete_of_updated_group = false;
};

/// Decides by kind of conflict. The defaults are those of the official library: the session's changes stand.
class BasicConflictSolver final : public ConflictSolver {
 public:
  explicit BasicConflictSolver(const BasicSolverOptions& options = {}) : options_(options) {}
  Resolution resolve(const Conflict& conflict) const override;

 private:
  BasicSolverOptions options_;
};

}  // namespace vdp::icechunk
