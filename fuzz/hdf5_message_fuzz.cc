// libFuzzer target: the messages of HDF5 object headers on arbitrary bytes.
#include <cstddef>
#include <cstdint>

#include "formats/hdf5/message_fuzz_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vdp::hdf5::decode_arbitrary_message({data, size});
  return 0;
}
