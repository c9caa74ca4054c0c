// libFuzzer target: the NetCDF-3 reader on arbitrary bytes. Seeds: src/formats/netcdf3/testdata.
#include <cstddef>
#include <cstdint>

#include "formats/netcdf3/fuzz_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vdp::netcdf3::parse_arbitrary({data, size});
  return 0;
}
