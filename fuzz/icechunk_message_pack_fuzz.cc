// libFuzzer target: decode_message_pack.
#include <cstddef>
#include <cstdint>

#include "icechunk/format/fuzz_bodies.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vdp::icechunk::fuzz_message_pack({data, size});
  return 0;
}
