// Bytes as tests write them down.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace vdp {

/// Pairs of hexadecimal digits. For tests alone: what is none of them throws.
inline Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

}  // namespace vdp
