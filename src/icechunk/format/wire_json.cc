#include "icechunk/format/wire_json.h"

#include <algorithm>

#include "base/base64.h"
#include "base/clock.h"

namespace vdp::icechunk {
namespace {

/// The longest beginning of at most `size` bytes that ends with a whole character.
std::string_view whole_characters(std::string_view text, std::size_t size) {
  const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; };
  while (size > 0 && continues(text[size])) --size;
  return text.substr(0, size);
}

}  // namespace

std::size_t WireJson::take_text(std::size_t size) {
  const std::uint64_t shown = std::min<std::uint64_t>({size, limits_.text_bytes, text_budget_});
  text_budget_ -= shown;
  return static_cast<std::size_t>(shown);
}

Json WireJson::text(std::string_view text) {
  const std::size_t size = take_text(text.size());
  if (size == text.size()) return Json(std::string(text));
  const std::string_view shown = whole_characters(text, size);
  return Json(fmt::format("{} [{} bytes more]", shown, text.size() - shown.size()));
}

Json WireJson::text(const flatbuffers::String* wire_text) {
  return wire_text == nullptr ? Json() : text(wire_text->string_view());
}

Json WireJson::bytes(const WireBytes* wire_bytes) {
  if (wire_bytes == nullptr) return Json();
  const ByteView shown(wire_bytes->data(), take_text(wire_bytes->size()));
  Json json = {{"length", wire_bytes->size()}, {"base64", base64_encode(shown)}};
  if (shown.size() < wire_bytes->size()) json["omitted"] = wire_bytes->size() - shown.size();
  return json;
}

Json WireJson::time(std::uint64_t microseconds) {
  // The year 9999: what is later is no time, and is shown as the number it is.
  constexpr std::uint64_t last_us = 253'402'300'799'999'999;
  if (microseconds > last_us) return Json(microseconds);
  return Json(format_timestamp(static_cast<TimestampUs>(microseconds)));
}

Result<Json> WireJson::metadata(const WireItems* items, std::uint8_t spec_version) {
  if (items == nullptr) return Json();
  VDP_ASSIGN(const auto stored, reader_.metadata(items));
  return decode_metadata(stored, spec_version);
}

}  // namespace vdp::icechunk
