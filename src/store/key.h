// What may name an object.
#pragma once

#include <string_view>

#include "base/error.h"

namespace vdp {

/// Fails with `invalid` for empty keys and for keys with empty, "." or ".." parts, NUL or a leading '/'.
Status check_key(std::string_view key);

/// The same for what `list` takes: any beginning of a valid key, "" included.
Status check_prefix(std::string_view prefix);

}  // namespace vdp
