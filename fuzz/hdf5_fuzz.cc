// libFuzzer target: the HDF5 reader on arbitrary bytes.
#include <cstddef>
#include <cstdint>

#include "formats/hdf5/fuzz_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vdp::hdf5::parse_arbitrary({data, size});
  return 0;
}
