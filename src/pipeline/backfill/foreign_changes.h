// Changes of the dataset's branch that are not granules: a promote would overwrite them.
#pragma once

#include "icechunk/repo/repository.h"
#include "pipeline/backfill/site.h"

namespace vdp::backfill {

/// What is compared: the dataset's branch as the run has it, as it is now, and the run's branch.
struct BranchesCompared {
  icechunk::SnapshotId from;
  icechunk::SnapshotId to;
  icechunk::SnapshotId run;
};

/// `conflict`, with all of them, where between `from` and `to` somebody changed nodes that are not the dataset's, gave
/// attributes to a group above it that the run's branch does not have, or changed attributes of the dataset's group or
/// variables by hand.
Status check_nothing_foreign(const Site& site, const icechunk::Repository& repository,
                             const BranchesCompared& snapshots);

}  // namespace vdp::backfill
