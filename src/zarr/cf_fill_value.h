// `_FillValue` among the attributes of an array, in the form that xarray reads there.
#pragma once

#include "base/error.h"
#include "base/json.h"
#include "zarr/data_type.h"

namespace vdp::zarr {

/// `value` as the source has it, as xarray writes it into Zarr: floats as base64 of a little-endian double, integers
/// and texts as they are. `invalid` where it is none of the type.
Result<Json> encode_cf_fill_value(const DataType& type, const Json& value);

}  // namespace vdp::zarr
