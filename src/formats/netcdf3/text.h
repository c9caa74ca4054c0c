// Texts of a file, which may be in any encoding.
#pragma once

#include <string>
#include <string_view>

namespace vdp::netcdf3 {

/// UTF-8 as it is; every longest part of a sequence that is none becomes U+FFFD (as the Unicode Standard recommends,
/// section 3.9, and as Python decodes).
std::string utf8_text(std::string_view bytes);

bool is_utf8(std::string_view bytes);

/// A name for messages: as text, cut where it is very long.
std::string shown(std::string_view name);

}  // namespace vdp::netcdf3
