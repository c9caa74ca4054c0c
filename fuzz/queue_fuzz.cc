// libFuzzer target: the decoding of messages on arbitrary bytes.
#include <cstddef>
#include <cstdint>

#include "queue/events/fuzz_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vdp::decode_arbitrary({data, size});
  return 0;
}
