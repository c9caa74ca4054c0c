// The external data types of the classic formats ("nc_type").
#pragma once

#include <cstdint>
#include <string_view>

#include "base/json_fwd.h"
#include "zarr/data_type.h"

namespace vdp::netcdf3 {

/// Numbered as in files.
enum class ExternalType : std::uint8_t {
  int8 = 1,       ///< NC_BYTE
  character = 2,  ///< NC_CHAR
  int16 = 3,
  int32 = 4,
  float32 = 5,
  float64 = 6,
  uint8 = 7,  ///< from here on: CDF-5 only
  uint16 = 8,
  uint32 = 9,
  int64 = 10,
  uint64 = 11,
};

/// The largest number of a type that a file of this version (1, 2 or 5) may have.
std::uint32_t last_type_number(std::uint8_t version);

std::uint32_t size_bytes(ExternalType type);
zarr::DataType zarr_type(ExternalType type);

/// What the netCDF library writes where nothing was written, as `fill_value` of zarr.json.
Json default_fill_value(ExternalType type);

}  // namespace vdp::netcdf3
