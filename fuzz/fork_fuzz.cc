// The files of forks, which one process takes from another.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "icechunk/repo/fork_fuzz_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const vdp::icechunk::Snapshot base;
  if (!vdp::icechunk::fuzz_fork({data, size}, base)) std::abort();
  return 0;
}
