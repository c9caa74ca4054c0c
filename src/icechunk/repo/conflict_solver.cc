#include "icechunk/repo/conflict_solver.h"

namespace vdp::icechunk {

Resolution BasicConflictSolver::resolve(const Conflict& conflict) const {
  const auto ours_unless = [](bool fail) { return fail ? Resolution::unsolved : Resolution::keep_ours; };
  switch (conflict.kind) {
    case ConflictKind::chunk_double_update:
      return options_.on_chunk_conflict;
    case ConflictKind::delete_of_updated_array:
      return ours_unless(options_.fail_on_delete_of_updated_array);
    case ConflictKind::delete_of_updated_group:
      return ours_unless(options_.fail_on_delete_of_updated_group);
    default:
      return Resolution::unsolved;
  }
}

}  // namespace vdp::icechunk
