// A bound on the memory that a parse takes, in proportion to the file: no honest file comes near it.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <string_view>

#include "base/error.h"

namespace vdp::netcdf3 {

class MemoryBudget {
 public:
  /// 16 bytes for each byte of the file, and 1 MiB.
  explicit MemoryBudget(std::uint64_t file_size)
      : allowed_(file_size > (std::numeric_limits<std::uint64_t>::max() >> 5)
                     ? std::numeric_limits<std::uint64_t>::max()
                     : 16 * file_size + (1 << 20)) {}

  /// Before `bytes` are allocated for `what`; `limit` where they would be too many.
  Status charge(std::uint64_t bytes, std::string_view what) {
    if (bytes > allowed_ - used_) {
      return over_limit(fmt::format("memory: {} would take {} bytes beside {}, {} allowed for a file of this size",
                                    what, bytes, used_, allowed_));
    }
    used_ += bytes;
    return {};
  }

 private:
  std::uint64_t allowed_;
  std::uint64_t used_ = 0;
};

}  // namespace vdp::netcdf3
