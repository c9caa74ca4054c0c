// Percent-encoding of paths (RFC 3986, section 2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace vdp {

/// Percent-encodes every byte of a path but the unreserved characters, '/' and those that a path may hold as they are.
std::string encode_path(std::string_view path);
/// `invalid` where a '%' is not followed by two hexadecimal digits.
Result<std::string> decode_path(std::string_view encoded);

/// Whether a path may hold the character as it is: pchar of section 3.3, or the separator '/'.
bool is_path_character(char c);
std::optional<unsigned> hex_digit(char c);

}  // namespace vdp
