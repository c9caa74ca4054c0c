#include "base/base32.h"

#include <fmt/format.h>

namespace vdp {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

}  // namespace

std::string base32_encode(ByteView bytes) {
  std::string text;
  unsigned buffer = 0;
  int bits = 0;
  for (std::uint8_t byte : bytes) {
    buffer = (buffer << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(buffer >> (bits - 5)) & 31];
    buffer &= (1U << bits) - 1;
  }
  if (bits > 0) text += alphabet[(buffer << (5 - bits)) & 31];
  return text;
}

Result<Bytes> base32_decode(std::string_view text, std::size_t size) {
  const std::size_t expected_length = (size * 8 + 4) / 5;
  if (text.size() != expected_length) {
    return invalid(fmt::format("id \"{}\": {} characters, expected {}", text, text.size(), expected_length));
  }
  Bytes bytes;
  unsigned buffer = 0;
  int bits = 0;
  for (char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return invalid(fmt::format("id \"{}\": '{}' is no base32 digit", text, c));
    buffer = (buffer << 5) | static_cast<unsigned>(digit);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<std::uint8_t>(buffer >> bits));
      buffer &= (1U << bits) - 1;
    }
  }
  if (buffer != 0) return invalid(fmt::format("id \"{}\": padding bits are set", text));
  return bytes;
}

}  // namespace vdp
