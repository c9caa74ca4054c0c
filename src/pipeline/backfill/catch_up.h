// Catching up: what the dataset's branch gained since the run's branch left it is placed again on the run's.
#pragma once

#include <cstdint>

#include "pipeline/backfill/run_state.h"
#include "pipeline/backfill/site.h"

namespace vdp::backfill {

/// Granules that were placed again, or taken out. Afterwards the run's branch has all that `main_tip` has; its commits
/// say so. Errors: see promote_run; `transient` where a source cannot be read now.
Result<std::uint64_t> catch_up(const Site& site, icechunk::Repository& repository, const Plan& plan,
                               const RunState& run, const icechunk::SnapshotId& main_tip);

}  // namespace vdp::backfill
