#include "zarr/filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdp::zarr {
namespace {

constexpr std::size_t checksum_size = 4;

constexpr std::array<std::uint32_t, 256> crc32c_table = [] {
  constexpr std::uint32_t reflected_polynomial = 0x82f63b78;
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? reflected_polynomial : 0);
    table[byte] = value;
  }
  return table;
}();

Result<ByteView> strip(ByteView bytes, std::uint32_t (*checksum)(ByteView), std::string_view name) {
  if (bytes.size() < checksum_size) {
    return corrupt(fmt::format("{}: {} bytes are too few to hold a checksum", name, bytes.size()));
  }
  const ByteView content = bytes.first(bytes.size() - checksum_size);
  const ByteView tail = bytes.last(checksum_size);
  const std::uint32_t stored = tail[0] | tail[1] << 8 | tail[2] << 16 | std::uint32_t{tail[3]} << 24;
  const std::uint32_t computed = checksum(content);
  if (stored != computed) {
    return corrupt(fmt::format("{}: the chunk says {:#010x}, its bytes give {:#010x}", name, stored, computed));
  }
  return content;
}

}  // namespace

Bytes unshuffle(ByteView shuffled, std::uint64_t element_size) {
  Bytes bytes(shuffled.begin(), shuffled.end());
  if (element_size <= 1) return bytes;
  const std::size_t count = shuffled.size() / element_size;
  for (std::size_t k = 0; count > 0 && k < element_size; ++k) {
    const std::uint8_t* from = shuffled.data() + k * count;
    std::uint8_t* to = bytes.data() + k;
    for (std::size_t i = 0; i < count; ++i) to[i * element_size] = from[i];
  }
  return bytes;
}

std::uint32_t fletcher32(ByteView bytes) {
  // Sums modulo 65535 of 16-bit words; 360 words is how many fit before 32 bits could overflow.
  constexpr std::size_t words_per_fold = 360;
  const auto fold = [](std::uint32_t sum) { return (sum & 0xffff) + (sum >> 16); };
  std::uint32_t sum1 = 0;
  std::uint32_t sum2 = 0;
  std::size_t words = bytes.size() / 2;
  const std::uint8_t* next = bytes.data();
  while (words > 0) {
    const std::size_t block = std::min(words, words_per_fold);
    for (std::size_t i = 0; i < block; ++i, next += 2) {
      sum1 += static_cast<std::uint32_t>(next[0] << 8 | next[1]);
      sum2 += sum1;
    }
    words -= block;
    sum1 = fold(sum1);
    sum2 = fold(sum2);
  }
  if (bytes.size() % 2 != 0) {
    sum1 = fold(sum1 + static_cast<std::uint32_t>(bytes.back() << 8));
    sum2 = fold(sum2 + sum1);
  }
  return fold(sum2) << 16 | fold(sum1);
}

std::uint32_t crc32c(ByteView bytes) {
  std::uint32_t value = 0xffffffff;
  for (std::uint8_t byte : bytes) value = (value >> 8) ^ crc32c_table[(value ^ byte) & 0xff];
  return ~value;
}

Result<ByteView> strip_fletcher32(ByteView bytes) { return strip(bytes, fletcher32, "fletcher32"); }

Result<ByteView> strip_crc32c(ByteView bytes) { return strip(bytes, crc32c, "crc32c"); }

}  // namespace vdp::zarr
