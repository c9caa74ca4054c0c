// The stage `initialize`: the store, and the branch of the run with every array at its full length.
#pragma once

#include <optional>

#include "base/json_fwd.h"
#include "pipeline/backfill/run_state.h"
#include "pipeline/backfill/site.h"

namespace vdp::backfill {

/// Nothing where the plan has no partitions, or was promoted. What is left of an attempt that was cut off is made anew.
/// `conflict` where the branch belongs to another plan.
Result<std::optional<RunState>> initialize_run(const Site& site, const Plan& plan);

/// The stage: the input, and what it adds.
Result<Json> initialize_stage(const Site& site, const Json& input);

}  // namespace vdp::backfill
