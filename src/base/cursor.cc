#include "base/cursor.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp {

Failure Cursor::refuse(std::uint64_t count, std::string_view field) const {
  if (count <= remaining()) {
    return corrupt(fmt::format("{} at byte {}: integer of {} bytes, at most 8", field, file_offset(), count));
  }
  return corrupt(fmt::format("{} at byte {}: {} bytes needed, {} left", field, file_offset(), count, remaining()));
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
