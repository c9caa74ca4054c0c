// Drafting a store's template from the first granule, and fitting later granules to its chunk grid.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataset/axis.h"
#include "dataset/dataset_file.h"
#include "dataset/template.h"
#include "manifest/virtual_dataset.h"

namespace vdp::dataset {

struct Draft {
  Template store;
  std::vector<std::string> notes;  ///< what was decided and may surprise: variables that are decoded
};

/// Gives each variable its role and its metadata in the store, with `slots` slots along the axis.
///
/// Along the axis, a variable is kept as references where its chunks fit the grid: one step each, a divisor of the
/// granule's steps, or contiguous and unfiltered (then it is split into one chunk a step). A variable of less than 64
/// KiB a granule whose chunks do not fit is decoded. Without the axis, one-dimensional and scalar variables are decoded
/// and everything else is referred to. Proofs are not filled in. `invalid` where the axis is missing, or coords.native
/// or coords.static name what is not there.
Result<Draft> draft_template(const DatasetFile& file, const AxisSpec& axis, const AxisEncoding& encoding,
                             const VirtualDataset& seed, std::uint64_t slots);

/// Splits the granule's contiguous variables as the template's chunk grids are.
Status fit_to_grid(const Template& store, VirtualDataset& granule);

/// What the axis coordinate of a granule says of its units; nothing where it has no such variable.
std::optional<SeedCoordinate> seed_coordinate(const VirtualDataset& granule, const std::string& axis);

}  // namespace vdp::dataset
