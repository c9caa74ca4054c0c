#include "base/utf8.h"

#include <algorithm>
#include <cstdint>

namespace vdp {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

/// What the first byte of a sequence tells ("Well-Formed UTF-8 Byte Sequences", table 3-7).
struct Lead {
  std::size_t length = 0;  ///< of the whole sequence; 0: no sequence begins so
  std::uint8_t second_from = 0x80;
  std::uint8_t second_to = 0xbf;
};

Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) return {1};
  if (byte < 0xc2) return {};
  if (byte < 0xe0) return {2};
  if (byte == 0xe0) return {3, 0xa0};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte < 0xf0) return {3};
  if (byte == 0xf0) return {4, 0x90};
  if (byte < 0xf4) return {4};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {};
}

/// The first sequence: its bytes as far as they are well-formed, at least one, and whether it is whole.
struct Sequence {
  std::size_t length;
  bool is_whole;
};

Sequence first_sequence(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const Lead lead = lead_of(at(0));
  if (lead.length == 0) return {1, false};
  for (std::size_t i = 1; i < lead.length; ++i) {
    const std::uint8_t from = i == 1 ? lead.second_from : 0x80;
    const std::uint8_t to = i == 1 ? lead.second_to : 0xbf;
    if (i >= bytes.size() || at(i) < from || at(i) > to) return {i, false};
  }
  return {lead.length, true};
}

}  // namespace

std::string utf8_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Sequence sequence = first_sequence(bytes);
    text += sequence.is_whole ? bytes.substr(0, sequence.length) : replacement;
    bytes.remove_prefix(sequence.length);
  }
  return text;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const Sequence sequence = first_sequence(bytes);
    if (!sequence.is_whole) return false;
    bytes.remove_prefix(sequence.length);
  }
  return true;
}

}  // namespace vdp
