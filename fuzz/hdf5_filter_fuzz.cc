// libFuzzer target: the filters of HDF5 on arbitrary chunks.
#include <cstddef>
#include <cstdint>

#include "formats/hdf5/filter_fuzz_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vdp::hdf5::undo_arbitrary({data, size});
  return 0;
}
