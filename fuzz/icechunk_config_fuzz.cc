// libFuzzer target: the configuration that `repo` holds.
#include <cstddef>
#include <cstdint>

#include "icechunk/repo/config_fuzz_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vdp::icechunk::fuzz_config({data, size});
  return 0;
}
