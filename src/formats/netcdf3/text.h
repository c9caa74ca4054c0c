// Names of a file, which may be in any encoding and of any length.
#pragma once

#include <string>
#include <string_view>

namespace vdp::netcdf3 {

/// A name for messages: as text, cut where it is very long.
std::string shown(std::string_view name);

}  // namespace vdp::netcdf3
