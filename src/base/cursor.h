// A bounded reader over bytes of a file: every read is checked, and every failure names the field and the offset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace vdp {

/// Reads little-endian numbers from a view. `base_offset` is where the view begins in its file, used in messages only.
class Cursor {
 public:
  explicit Cursor(ByteView bytes, std::uint64_t base_offset = 0) : bytes_(bytes), base_offset_(base_offset) {}

  std::size_t position() const { return position_; }
  std::size_t remaining() const { return bytes_.size() - position_; }
  bool at_end() const { return remaining() == 0; }
  /// The offset in the file of the next byte.
  std::uint64_t file_offset() const { return base_offset_ + position_; }

  /// Unsigned little-endian integer of `width` bytes, 0 to 8 (0 gives 0).
  Result<std::uint64_t> read_uint(std::size_t width, std::string_view field) {
    if (width > 8 || width > remaining()) [[unlikely]]
      return refuse(width, field);
    return take<std::uint64_t>(width);
  }
  Result<std::uint8_t> read_u8(std::string_view field) { return read<std::uint8_t>(field); }
  Result<std::uint16_t> read_u16(std::string_view field) { return read<std::uint16_t>(field); }
  Result<std::uint32_t> read_u32(std::string_view field) { return read<std::uint32_t>(field); }
  Result<std::uint64_t> read_u64(std::string_view field) { return read<std::uint64_t>(field); }
  /// The next `count` bytes, as a view into the cursor's bytes.
  Result<ByteView> read_bytes(std::uint64_t count, std::string_view field) {
    if (count > remaining()) [[unlikely]]
      return refuse(count, field);
    const ByteView view = bytes_.subspan(position_, count);
    position_ += count;
    return view;
  }
  Status skip(std::uint64_t count, std::string_view field) {
    if (count > remaining()) [[unlikely]]
      return refuse(count, field);
    position_ += count;
    return {};
  }
  /// Moves to an absolute position within the view.
  Status seek(std::uint64_t position, std::string_view field);
  /// Fails with `corrupt` unless the next bytes are `signature`.
  Status expect(std::string_view signature, std::string_view field);

 private:
  // Numbers are read by the hundred thousand, so what succeeds is inline and what fails is not.
  template <typename Number>
  Result<Number> read(std::string_view field) {
    if (sizeof(Number) > remaining()) [[unlikely]]
      return refuse(sizeof(Number), field);
    return take<Number>(sizeof(Number));
  }
  template <typename Number>
  Number take(std::size_t width) {
    Number value = 0;
    for (std::size_t i = 0; i < width; ++i) value |= static_cast<Number>(Number{bytes_[position_ + i]} << (8 * i));
    position_ += width;
    return value;
  }
  /// Why `count` bytes, or an integer of so many, cannot be read.
  Failure refuse(std::uint64_t count, std::string_view field) const;

  ByteView bytes_;
  std::uint64_t base_offset_;
  std::size_t position_ = 0;
};

}  // namespace vdp
