#include "formats/netcdf3/external_type.h"

#include "base/json.h"

namespace vdp::netcdf3 {

std::uint32_t last_type_number(std::uint8_t version) { return version == 5 ? 11 : 6; }

std::uint32_t size_bytes(ExternalType type) { return zarr_type(type).size_bytes; }

zarr::DataType zarr_type(ExternalType type) {
  switch (type) {
    case ExternalType::int8:
      return zarr::signed_integer(1);
    case ExternalType::character:
      return zarr::fixed_bytes(1);
    case ExternalType::int16:
      return zarr::signed_integer(2);
    case ExternalType::int32:
      return zarr::signed_integer(4);
    case ExternalType::float32:
      return zarr::floating(4);
    case ExternalType::float64:
      return zarr::floating(8);
    case ExternalType::uint8:
      return zarr::unsigned_integer(1);
    case ExternalType::uint16:
      return zarr::unsigned_integer(2);
    case ExternalType::uint32:
      return zarr::unsigned_integer(4);
    case ExternalType::int64:
      return zarr::signed_integer(8);
    case ExternalType::uint64:
      break;
  }
  return zarr::unsigned_integer(8);
}

// NC_FILL_BYTE and the others of netcdf.h.
Json default_fill_value(ExternalType type) {
  constexpr float float_fill = 0x1.ep+122F;  // 9.969209968386869e+36
  switch (type) {
    case ExternalType::int8:
      return -127;
    case ExternalType::character:
      return "";
    case ExternalType::int16:
      return -32767;
    case ExternalType::int32:
      return -2147483647;
    case ExternalType::float32:
    case ExternalType::float64:
      return static_cast<double>(float_fill);
    case ExternalType::uint8:
      return 255;
    case ExternalType::uint16:
      return 65535;
    case ExternalType::uint32:
      return 4294967295U;
    case ExternalType::int64:
      return -9223372036854775806LL;
    case ExternalType::uint64:
      break;
  }
  return 18446744073709551614ULL;
}

}  // namespace vdp::netcdf3
