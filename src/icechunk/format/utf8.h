// Text of foreign objects is checked before it gets anywhere else.
#pragma once

#include <string>

namespace vdp::icechunk {

bool is_utf8(const std::string& text);

}  // namespace vdp::icechunk
