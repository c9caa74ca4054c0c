// Rows of a CSV file (RFC 4180).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace vdp {

/// Calls `visit` with the fields of each line, unquoted; empty lines are passed over. `corrupt`, with the line, for a
/// quote that is not closed and for text behind a closing one. What `visit` fails with ends the walk.
Status for_each_csv_row(std::string_view text, const std::function<Status(const std::vector<std::string>&)>& visit);

}  // namespace vdp
