// Texts of foreign files, which may be in any encoding.
#pragma once

#include <string>
#include <string_view>

namespace vdp {

bool is_utf8(std::string_view bytes);

/// UTF-8 as it is; every longest part of a sequence that is none becomes U+FFFD (as the Unicode Standard recommends,
/// section 3.9, and as Python decodes).
std::string utf8_text(std::string_view bytes);

}  // namespace vdp
