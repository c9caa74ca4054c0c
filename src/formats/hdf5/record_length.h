// The length of netCDF-4's unlimited dimensions.
#pragma once

#include "formats/hdf5/assemble.h"

namespace vdp::hdf5 {

/// In netCDF-4 an unlimited dimension is as long as the longest variable along it, and shorter variables read as fill
/// up to there; in HDF5 each dataset has its own extent, 0 where nothing was written. Gives every dataset the length of
/// its unlimited dimensions, its new chunks being missing ones. Only where the attached scale is netCDF's. `limit`
/// where longer chunks of strings would take more than the budget.
Status extend_to_dimensions(ObjectGraph& graph, MemoryBudget& budget);

}  // namespace vdp::hdf5
