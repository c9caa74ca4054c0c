// Locating: which slots of the axis each file of an inventory is to have.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "discover/list.h"
#include "pipeline/backfill/item.h"
#include "pipeline/backfill/plan.h"
#include "pipeline/backfill/site.h"
#include "pipeline/store_state.h"

namespace vdp::backfill {

struct Located {
  std::vector<Item> items;            ///< by slot; their indices are not set
  std::uint64_t slots = 0;            ///< length of the axis with all of them in it
  std::vector<Rejection> rejected;    ///< files that cannot be read or have no axis value
  std::vector<std::string> findings;  ///< files that claim the same slots, or lie where the axis has no place
  std::vector<std::string> notes;     ///< files that others were preferred to
};

/// On an axis that is told by the keys no file is opened but the last, which tells how far the axis goes; elsewhere all
/// are. `transient` where one could not be read and perhaps can be later. `state`: of the store as it is, or would be
/// made.
Result<Located> locate_granules(const Site& site, const StoreState& state, std::vector<FoundGranule> granules);

}  // namespace vdp::backfill
