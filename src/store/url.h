// Locations of stores and objects as URLs; how their paths are encoded is net/percent_encoding.h.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "net/percent_encoding.h"  // IWYU pragma: export
#include "store/object_store.h"

namespace vdp {

/// Whether a location begins with a scheme and "://" (RFC 3986, section 3.1), and so is a URL and no path.
bool has_scheme(std::string_view location);

/// The absolute path that a file URL names (RFC 8089: its authority is empty or "localhost"). `invalid` for others.
Result<std::string> path_of_file_url(const std::string& url);

/// The absolute URL of an object.
std::string object_url(const ObjectStore& store, std::string_view key);

}  // namespace vdp
