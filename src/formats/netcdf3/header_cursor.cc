#include "formats/netcdf3/header_cursor.h"

#include <fmt/format.h>

namespace vdp::netcdf3 {

Decoded<ByteView> HeaderCursor::take(std::uint64_t length, std::string_view field) {
  if (length > left_in_file()) {
    return corrupt(fmt::format("header, offset {}: {}: {} bytes found before the end of the file, {} expected",
                               position_, field, left_in_file(), length));
  }
  if (length > left_held()) {
    missed_end_ = position_ + length;
    return missing();
  }
  const ByteView taken = bytes_.subspan(position_, length);
  position_ += length;
  return taken;
}

Decoded<std::uint64_t> HeaderCursor::read_uint(std::uint64_t width, std::string_view field) {
  VDP_ASSIGN(const ByteView bytes, take(width, field));
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

Decoded<std::uint64_t> HeaderCursor::read_non_negative(std::uint64_t width, std::string_view field) {
  const std::uint64_t at = position_;
  VDP_ASSIGN(const std::uint64_t value, read_uint(width, field));
  if (value >> (8 * width - 1) != 0) {
    return corrupt(fmt::format("header, offset {}: {}: found {:#x}, expected no negative number", at, field, value));
  }
  return value;
}

Decoded<std::uint32_t> HeaderCursor::read_u32(std::string_view field) {
  VDP_ASSIGN(const std::uint64_t value, read_uint(4, field));
  return static_cast<std::uint32_t>(value);
}

Decoded<std::uint64_t> HeaderCursor::read_count_bits(std::string_view field) { return read_uint(count_width_, field); }

Decoded<std::uint64_t> HeaderCursor::read_count(std::string_view field) {
  return read_non_negative(count_width_, field);
}

Decoded<std::uint64_t> HeaderCursor::read_offset(std::string_view field) {
  return read_non_negative(offset_width_, field);
}

Decoded<ByteView> HeaderCursor::read_padded(std::uint64_t length, std::string_view field) {
  VDP_ASSIGN(const ByteView bytes, take(length, field));
  VDP_TRY(take(padded(length) - length, field));
  return bytes;
}

Decoded<std::string_view> HeaderCursor::read_name(std::string_view field) {
  VDP_ASSIGN(const std::uint64_t length, read_count(field));
  VDP_ASSIGN(const ByteView bytes, read_padded(length, field));
  return as_text(bytes);
}

}  // namespace vdp::netcdf3
