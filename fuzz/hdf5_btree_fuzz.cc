// libFuzzer target: B-trees of HDF5, on arbitrary bytes. Seeds: see src/formats/hdf5/structure_test.cc.
#include <cstddef>
#include <cstdint>

#include "formats/hdf5/structure_fuzz_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vdp::hdf5::read_arbitrary_btree({data, size});
  return 0;
}
