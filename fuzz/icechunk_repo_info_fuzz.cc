// libFuzzer target: decode_repo_info.
#include <cstddef>
#include <cstdint>

#include "icechunk/format/fuzz_bodies.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vdp::icechunk::fuzz_object(vdp::icechunk::ObjectType::repo_info, {data, size});
  return 0;
}
