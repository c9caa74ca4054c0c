// Whether chunks that were written for one description of an array mean the same under another.
#pragma once

#include <string>

#include "base/error.h"

namespace vdp::icechunk {

/// The two zarr.json differ in nothing but the attributes, the names of the dimensions and the shape: a chunk that is
/// inside both grids has the same place and the same values.
Result<bool> same_chunk_meaning(const std::string& former_zarr_json, const std::string& zarr_json);

}  // namespace vdp::icechunk
