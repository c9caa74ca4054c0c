// Paths of nodes.
#pragma once

#include <string>

#include "base/error.h"

namespace vdp::icechunk {

/// "/" or "/a/b": absolute, UTF-8 without NUL, no part empty, "." or "..".
Status check_path(const std::string& path);

/// Of "/a/b" "/a", of "/a" "/". Not for "/".
std::string parent_path(const std::string& path);

/// Whether `path` lies below `ancestor`.
bool is_below(const std::string& path, const std::string& ancestor);

/// Order by one part after the other: "/a/b" before "/a-b", other than by bytes. So transaction logs order moves.
bool path_less(const std::string& a, const std::string& b);

}  // namespace vdp::icechunk
