// Files of an inventory that the store lacks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "discover/list.h"
#include "pipeline/backfill/site.h"
#include "pipeline/store_state.h"

namespace vdp::backfill {

/// Without those whose version the store has, in a slot or in the ledger; where the inventory names no versions,
/// without those whose URI it has. `state`: of the store, with all its records.
std::vector<FoundGranule> missing_of(const Site& site, StoreState& state, std::vector<FoundGranule> granules);

struct MissingFiles {
  std::vector<Granule> granules;
  std::uint64_t named = 0;            ///< files that the inventory named
  std::vector<std::string> findings;  ///< what is wrong with the inventory
};
/// All of them where there is no store. `inventory`: see read_inventory.
Result<MissingFiles> find_missing_files(const Site& site, const std::string& inventory);

}  // namespace vdp::backfill
