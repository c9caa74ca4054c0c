// What HDF5's datatypes, fill values and filters are called in Zarr.
#pragma once

#include <vector>

#include "formats/hdf5/object.h"
#include "zarr/array_metadata.h"

namespace vdp::hdf5 {

/// The Zarr data type whose elements have the same bytes, up to byte order; `unsupported`, named, where there is none.
Result<zarr::DataType> zarr_type(const Datatype& type);

/// Whether elements are stored most significant byte first. `unsupported` for a compound that mixes orders.
Result<bool> is_big_endian(const Datatype& type);

/// One element as `fill_value` of zarr.json. An undefined fill value becomes numpy.ma's default: 999999, 1e20, "N/A".
/// Not for variable-length strings.
Result<Json> zarr_fill_value(const Datatype& type, const FillValue& fill);

/// `bytes`, then one codec per filter in pipeline order. Filters that no Zarr reader decodes are `unsupported`, named.
Result<std::vector<zarr::Codec>> zarr_codecs(const Datatype& type, const std::vector<Filter>& filters);

/// Of a compound of two equal IEEE floats r and i without padding (h5py, netCDF-4 users), or HDF5 2's complex class:
/// the type of one part; null for everything else.
const Datatype* complex_part(const Datatype& type);

}  // namespace vdp::hdf5
