// Writing a planned batch into a session: arrays grow once, native chunks are rewritten once, references go in granule
// by granule.
#pragma once

#include <vector>

#include "dataset/dataset_file.h"
#include "icechunk/repo/session.h"
#include "pipeline/planner.h"
#include "pipeline/store_state.h"

namespace vdp {

/// `state` is the store with the whole batch planned in. An error leaves the session half written: discard it.
Status write_batch(const dataset::DatasetFile& file, const dataset::AxisSpec& axis, const StoreState& state,
                   const std::vector<PlannedGranule>& batch, icechunk::Session& session);

}  // namespace vdp
