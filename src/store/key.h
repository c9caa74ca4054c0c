// What may name an object.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.h"

namespace vdp {

constexpr std::size_t max_key_bytes = 4096;  ///< the longest path of Linux; S3 allows 1024

/// Fails with `invalid` for keys that are empty or too long, or have empty, "." or ".." parts, NUL or a leading '/'.
Status check_key(std::string_view key);

/// The same for what `list` takes: any beginning of a valid key, "" included.
Status check_prefix(std::string_view prefix);

}  // namespace vdp
