// The filters lzf (h5py's) and lz4 (plugin 32004): both of the LZ77 kind.
#include <fmt/format.h>
#include <lz4.h>

#include <algorithm>

#include "base/cursor.h"
#include "formats/hdf5/filter_decoding.h"

namespace vdp::hdf5 {
namespace {

Result<std::uint64_t> read_big_endian(Cursor& cursor, std::size_t width, std::string_view field) {
  VDP_ASSIGN(const ByteView bytes, cursor.read_bytes(width, field));
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

/// One step of LibLZF: a control byte below 32 is followed by that many bytes and one more; another one is the upper
/// part of a length and of a distance back.
Status undo_lzf_step(Cursor& cursor, Bytes& output) {
  constexpr std::uint8_t first_reference = 32;
  constexpr std::uint64_t long_length = 7;
  VDP_ASSIGN(const auto control, cursor.read_u8("lzf: control"));
  if (control < first_reference) {
    VDP_ASSIGN(const ByteView literal, cursor.read_bytes(control + 1U, "lzf: literal bytes"));
    output.insert(output.end(), literal.begin(), literal.end());
    return {};
  }
  std::uint64_t length = control >> 5;
  if (length == long_length) {
    VDP_ASSIGN(const auto more, cursor.read_u8("lzf: length"));
    length += more;
  }
  VDP_ASSIGN(const auto low, cursor.read_u8("lzf: distance"));
  const std::uint64_t distance = ((control & 0x1fU) << 8 | low) + 1;
  if (distance > output.size()) {
    return corrupt(fmt::format("lzf: {} bytes back from byte {}", distance, output.size()));
  }
  for (std::uint64_t i = 0; i < length + 2; ++i) output.push_back(output[output.size() - distance]);
  return {};
}

}  // namespace

Result<Bytes> undo_lzf(ByteView stored, std::uint64_t max_bytes) {
  Cursor cursor(stored);
  Bytes output;
  while (!cursor.at_end()) {
    VDP_TRY(undo_lzf_step(cursor, output));
    if (output.size() > max_bytes) return over_limit(fmt::format("lzf: more than {} bytes come out", max_bytes));
  }
  return output;
}

/// Size of all (8), size of a block (4), both most significant byte first; then blocks: stored size (4), bytes. A block
/// of its full size is not compressed.
Result<Bytes> undo_lz4(ByteView stored, std::uint64_t max_bytes) {
  Cursor cursor(stored);
  VDP_ASSIGN(const auto size, read_big_endian(cursor, 8, "lz4: size"));
  VDP_ASSIGN(const auto block_bytes, read_big_endian(cursor, 4, "lz4: size of blocks"));
  if (size > max_bytes) return over_limit(fmt::format("lz4: {} bytes, at most {} allowed", size, max_bytes));
  if (block_bytes == 0 && size != 0) return corrupt("lz4: blocks of 0 bytes");
  Bytes output(size);
  for (std::uint64_t done = 0; done < size;) {
    const std::uint64_t expected = std::min(block_bytes, size - done);
    VDP_ASSIGN(const auto stored_bytes, read_big_endian(cursor, 4, "lz4: stored size"));
    VDP_ASSIGN(const ByteView block, cursor.read_bytes(stored_bytes, "lz4: block"));
    if (stored_bytes == expected) {
      std::ranges::copy(block, output.begin() + static_cast<std::ptrdiff_t>(done));
    } else {
      const int written = LZ4_decompress_safe(reinterpret_cast<const char*>(block.data()),
                                              reinterpret_cast<char*>(output.data() + done),
                                              static_cast<int>(block.size()), static_cast<int>(expected));
      if (written < 0 || static_cast<std::uint64_t>(written) != expected) {
        return corrupt(fmt::format("lz4: a block of {} bytes expected, the library answers {}", expected, written));
      }
    }
    done += expected;
  }
  return output;
}

}  // namespace vdp::hdf5
