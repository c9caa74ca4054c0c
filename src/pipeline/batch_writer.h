// Writing a planned batch into a session: arrays grow once, native chunks are rewritten once, references go in granule
// by granule.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "dataset/dataset_file.h"
#include "icechunk/repo/session.h"
#include "pipeline/planner.h"
#include "pipeline/store_state.h"

namespace vdp {

/// `state` is the store with the whole batch planned in. An error leaves the session half written: discard it.
Status write_batch(const dataset::DatasetFile& file, const dataset::AxisSpec& axis, const StoreState& state,
                   const std::vector<PlannedGranule>& batch, icechunk::Session& session);

/// The part of write_batch that many may do side by side: references of one planned granule, and nothing else.
Status write_granule_refs(const dataset::DatasetFile& file, const dataset::AxisSpec& axis, const StoreState& state,
                          const PlannedGranule& planned, icechunk::Session& session);

/// What of a granule goes into chunks that it shares with others.
struct GranuleRows {
  SlotBox box;
  std::string record;                                 ///< as encode_record writes it
  const std::map<std::string, NativeValues>& values;  ///< of native variables; what it lacks is fill
};
/// The other part: native chunks and records, each rewritten once.
Status write_granule_rows(const dataset::DatasetFile& file, const dataset::AxisSpec& axis, const StoreState& state,
                          std::span<const GranuleRows> granules, icechunk::Session& session);

}  // namespace vdp
