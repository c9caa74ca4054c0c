// A bound on the memory that a parse takes, in proportion to the file: no honest file comes near it.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace vdp {

class MemoryBudget {
 public:
  /// 16 bytes for each byte of the file, and 1 MiB.
  explicit MemoryBudget(std::uint64_t file_size) : allowed_(allowed(file_size)) {}

  static std::uint64_t allowed(std::uint64_t file_size) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    return file_size > (most >> 5) ? most : 16 * file_size + (1 << 20);
  }

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

/// What a JSON value takes, roughly. Its nesting must be bounded.
inline std::uint64_t memory_of(const Json& value) {
  std::uint64_t bytes = sizeof(Json);
  if (value.is_string()) bytes += sizeof(std::string) + value.get_ref<const std::string&>().size();
  if (value.is_array()) {
    for (const Json& item : value) bytes += memory_of(item);
  }
  if (value.is_object()) {
    for (const auto& [name, item] : value.get_ref<const Json::object_t&>()) {
      bytes += sizeof(std::string) + name.size() + memory_of(item);
    }
  }
  return bytes;
}

}  // namespace vdp
