// Names of dimensions: from dimension scales, from netCDF-4's own attributes, or made up.
#pragma once

#include "formats/hdf5/listing.h"

namespace vdp::hdf5 {

/// Gives every array of `tree` its dimension names, relative to its group: the attached scale's path without the
/// group's; a scale names its own dimension; a netCDF-4 coordinate of several dimensions has them by id. Dimensions
/// without any of that are phony: phony_dim_N with N the position in the array where that gives each name one length
/// within the group, otherwise one name per distinct length in the group.
/// `limit` where the names would take more than the budget.
Status name_dimensions(const ObjectGraph& graph, const Listing& listing, VirtualTree& tree, MemoryBudget& budget);

}  // namespace vdp::hdf5
