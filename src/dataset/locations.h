// Paths and URLs of a dataset file, made absolute.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace vdp::dataset {

/// An absolute URL that ends in '/': URLs as they are, paths (relative ones to `folder`, which ends in '/') as file://.
/// `invalid` for empty text, and for URLs with a query or a fragment.
Result<std::string> absolute_url(std::string_view location, const std::string& folder);

/// An absolute path in normal form.
std::string absolute_path(const std::string& path);

/// "/", or "/a/b" from "a/b/"; `invalid` for "." and ".." parts and for empty ones.
Result<std::string> absolute_group(std::string_view group);

}  // namespace vdp::dataset
