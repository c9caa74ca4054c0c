#include "queue/sqs_text.h"

#include <fmt/format.h>

#include <cstdint>

namespace vdp {
namespace {

bool is_xml_character(std::uint32_t point) {
  if (point < 0x20) return point == 0x9 || point == 0xA || point == 0xD;
  return point <= 0xD7FF || (point >= 0xE000 && point <= 0xFFFD) || (point >= 0x10000 && point <= 0x10FFFF);
}

/// Bytes of the character that the text begins with; 0 for one that SQS refuses, or for no UTF-8 (RFC 3629, section 4).
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return is_xml_character(first) ? 1 : 0;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  std::uint32_t point = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
    point = point << 6 | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};  // less is an overlong form
  return point >= least[length] && is_xml_character(point) ? length : 0;
}

}  // namespace

Status check_sqs_body(std::string_view body, std::size_t max_bytes) {
  if (body.empty()) return invalid("a message for SQS is empty; expected at least one character");
  if (body.size() > max_bytes) {
    return invalid(fmt::format("a message for SQS has {} bytes; the queue takes at most {}", body.size(), max_bytes));
  }
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t length = character_length(body.substr(at));
    if (length == 0) {
      return invalid(fmt::format("a message for SQS holds at byte {} what is no character of XML in UTF-8", at));
    }
    at += length;
  }
  return {};
}

std::string as_sqs_text(std::string_view text, std::size_t max_bytes) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text.substr(at));
    const std::string_view character = length == 0 ? "?" : text.substr(at, length);
    if (result.size() + character.size() > max_bytes) break;
    result += character;
    at += length == 0 ? 1 : length;
  }
  return result;
}

}  // namespace vdp
