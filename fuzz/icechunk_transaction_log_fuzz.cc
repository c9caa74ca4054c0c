// libFuzzer target: decode_transaction_log.
#include <cstddef>
#include <cstdint>

#include "icechunk/format/fuzz_bodies.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vdp::icechunk::fuzz_object(vdp::icechunk::ObjectType::transaction_log, {data, size});
  return 0;
}
