// JSON values. Objects keep the order of their keys: attributes are shown as their file has them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.h"

namespace vdp {

using Json = nlohmann::ordered_json;

/// Parses one JSON document; nesting beyond 200 and trailing text are `corrupt`.
Result<Json> parse_json(std::string_view text);

/// Equality that ignores the order of keys and, unlike ==, holds NaN equal to NaN.
bool same_json(const Json& a, const Json& b);

/// Keys sorted at every level, for documents that are compared line by line; `indent` < 0 for one line.
std::string dump_sorted(const Json& value, int indent);

/// Replaces what JSON cannot hold: a non-finite number at any depth becomes the string "NaN", "Infinity" or
/// "-Infinity". Returns how many were replaced.
std::size_t replace_non_finite(Json& value);

}  // namespace vdp
