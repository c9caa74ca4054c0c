// libFuzzer target: the parsers of URLs, of netrc and of shared config files on arbitrary bytes.
#include <cstddef>
#include <cstdint>

#include "net/aws/fuzz_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vdp::aws::parse_arbitrary({data, size});
  return 0;
}
