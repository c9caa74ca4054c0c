// `_FillValue` among the attributes of an array, in the form that xarray reads there.
#pragma once

#include "base/error.h"
#include "zarr/array_metadata.h"

namespace vdp::zarr {

/// Brings the attribute, where there is one, from the source's form into the one that xarray writes and reads: floats
/// become base64 of a little-endian double, integers stay. Texts lose it: xarray opens no store in which they have it,
/// so that only the array's own fill value tells. `invalid` where it is no value of the type: then it is lost as well.
Status encode_cf_fill_attribute(ArrayMetadata& metadata);

}  // namespace vdp::zarr
