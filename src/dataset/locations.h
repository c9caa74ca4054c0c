// Paths and URLs of a dataset file, made absolute.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace vdp::dataset {

/// An absolute URL that ends in '/': paths (relative ones to `folder`, which ends in '/') as file://; s3 and http in the
/// spelling that the URLs of their objects have; others as they are. `invalid` for empty text, and for URLs with
/// user-info, a query or a fragment, which are not repeated: they are where secrets stand.
Result<std::string> absolute_url(std::string_view location, const std::string& folder);

/// `invalid` for a URL with user-info, a query or a fragment, of whatever scheme but file. They are where secrets stand
/// (in presigned URLs, too), and what locations are written to, others read; so they are not repeated.
Status check_location(std::string_view location);

/// An absolute path in normal form.
std::string absolute_path(const std::string& path);

/// "/", or "/a/b" from "a/b/"; `invalid` for "." and ".." parts and for empty ones.
Result<std::string> absolute_group(std::string_view group);

}  // namespace vdp::dataset
