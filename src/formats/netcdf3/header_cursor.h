// A bounded reader over the beginning of a file, in the encoding of the classic formats' headers: big-endian, counts
// and offsets as wide as the version says, texts and values padded to four bytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "formats/decoded.h"

namespace vdp::netcdf3 {

/// Names and values are padded with bytes that count nothing.
constexpr std::uint64_t alignment_bytes = 4;

/// `value` rounded up to a multiple of four; it must be below 2^64 - 3.
constexpr std::uint64_t padded(std::uint64_t value) { return (value + alignment_bytes - 1) / alignment_bytes * 4; }

class HeaderCursor {
 public:
  /// `beginning`: what is held of the file, from its first byte on.
  HeaderCursor(ByteView beginning, std::uint64_t file_size) : bytes_(beginning), file_size_(file_size) {}

  /// Counts and lengths ("NON_NEG") are 8 bytes wide in CDF-5, else 4; offsets are 4 bytes wide in CDF-1, else 8.
  void set_version(std::uint8_t version) {
    count_width_ = version == 5 ? 8 : 4;
    offset_width_ = version == 1 ? 4 : 8;
  }
  std::uint64_t count_width() const { return count_width_; }
  std::uint64_t offset_width() const { return offset_width_; }

  /// Where in the file the next byte lies.
  std::uint64_t offset() const { return position_; }
  /// Bytes from here to the end of the file, whether they are held or not.
  std::uint64_t left_in_file() const { return file_size_ - position_; }
  /// Bytes from here on that are held.
  std::uint64_t left_held() const { return bytes_.size() - position_; }
  /// After a miss: the end of what was asked for.
  std::uint64_t missed_end() const { return missed_end_; }

  Decoded<std::uint32_t> read_u32(std::string_view field);
  /// Any bits: also the mark of a record count that was not written.
  Decoded<std::uint64_t> read_count_bits(std::string_view field);
  /// A count or length: one that is negative as a signed number is `corrupt`.
  Decoded<std::uint64_t> read_count(std::string_view field);
  Decoded<std::uint64_t> read_offset(std::string_view field);
  /// `length` bytes and their padding; the padding may hold anything.
  Decoded<ByteView> read_padded(std::uint64_t length, std::string_view field);
  /// A name: its length, then its bytes.
  Decoded<std::string_view> read_name(std::string_view field);

 private:
  Decoded<ByteView> take(std::uint64_t length, std::string_view field);
  Decoded<std::uint64_t> read_uint(std::uint64_t width, std::string_view field);
  Decoded<std::uint64_t> read_non_negative(std::uint64_t width, std::string_view field);

  ByteView bytes_;
  std::uint64_t file_size_;
  std::uint64_t position_ = 0;
  std::uint64_t missed_end_ = 0;
  std::uint64_t count_width_ = 4;
  std::uint64_t offset_width_ = 4;
};

}  // namespace vdp::netcdf3
