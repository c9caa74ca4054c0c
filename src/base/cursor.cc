#include "base/cursor.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp {

Status Cursor::need(std::uint64_t count, std::string_view field) const {
  if (count <= remaining()) return {};
  return corrupt(fmt::format("{} at byte {}: {} bytes needed, {} left", field, file_offset(), count, remaining()));
}

Result<std::uint64_t> Cursor::read_uint(std::size_t width, std::string_view field) {
  if (width > 8)
    return corrupt(fmt::format("{} at byte {}: integer of {} bytes, at most 8", field, file_offset(), width));
  VDP_TRY(need(width, field));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value |= std::uint64_t{bytes_[position_ + i]} << (8 * i);
  position_ += width;
  return value;
}

Result<std::uint8_t> Cursor::read_u8(std::string_view field) {
  VDP_ASSIGN(auto value, read_uint(1, field));
  return static_cast<std::uint8_t>(value);
}

Result<std::uint16_t> Cursor::read_u16(std::string_view field) {
  VDP_ASSIGN(auto value, read_uint(2, field));
  return static_cast<std::uint16_t>(value);
}

Result<std::uint32_t> Cursor::read_u32(std::string_view field) {
  VDP_ASSIGN(auto value, read_uint(4, field));
  return static_cast<std::uint32_t>(value);
}

Result<std::uint64_t> Cursor::read_u64(std::string_view field) { return read_uint(8, field); }

Result<ByteView> Cursor::read_bytes(std::uint64_t count, std::string_view field) {
  VDP_TRY(need(count, field));
  ByteView view = bytes_.subspan(position_, count);
  position_ += count;
  return view;
}

Status Cursor::skip(std::uint64_t count, std::string_view field) {
  VDP_TRY(need(count, field));
  position_ += count;
  return {};
}

Status Cursor::seek(std::uint64_t position, std::string_view field) {
  if (position > bytes_.size()) {
    return corrupt(fmt::format("{}: position {} is beyond the {} bytes from byte {}", field, position, bytes_.size(),
                               base_offset_));
  }
  position_ = position;
  return {};
}

Status Cursor::expect(std::string_view signature, std::string_view field) {
  const auto at = file_offset();
  VDP_ASSIGN(ByteView found, read_bytes(signature.size(), field));
  if (std::ranges::equal(found, as_bytes(signature))) return {};
  std::string hex;
  for (std::uint8_t byte : found) hex += fmt::format("{:02x}", byte);
  return corrupt(fmt::format("{} at byte {}: found 0x{}, expected \"{}\"", field, at, hex, signature));
}

}  // namespace vdp
