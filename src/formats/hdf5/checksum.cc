#include "formats/hdf5/checksum.h"

#include <fmt/format.h>

#include <bit>

namespace vdp::hdf5 {
namespace {

std::uint32_t little_endian_32(ByteView bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 4; ++i) value |= std::uint32_t{bytes[i]} << (8 * i);
  return value;
}

struct State {
  std::uint32_t a, b, c;

  void mix() {
    a -= c, a ^= std::rotl(c, 4), c += b;
    b -= a, b ^= std::rotl(a, 6), a += c;
    c -= b, c ^= std::rotl(b, 8), b += a;
    a -= c, a ^= std::rotl(c, 16), c += b;
    b -= a, b ^= std::rotl(a, 19), a += c;
    c -= b, c ^= std::rotl(b, 4), b += a;
  }
  void finish() {
    c ^= b, c -= std::rotl(b, 14);
    a ^= c, a -= std::rotl(c, 11);
    b ^= a, b -= std::rotl(a, 25);
    c ^= b, c -= std::rotl(b, 16);
    a ^= c, a -= std::rotl(c, 4);
    b ^= a, b -= std::rotl(a, 14);
    c ^= b, c -= std::rotl(b, 24);
  }
};

}  // namespace

std::uint32_t lookup3(ByteView bytes) {
  const std::uint32_t start = 0xdeadbeef + static_cast<std::uint32_t>(bytes.size());
  State state{start, start, start};
  // The last block, of 1 to 12 bytes, is finished rather than mixed.
  while (bytes.size() > 12) {
    state.a += little_endian_32(bytes);
    state.b += little_endian_32(bytes.subspan(4));
    state.c += little_endian_32(bytes.subspan(8));
    state.mix();
    bytes = bytes.subspan(12);
  }
  if (bytes.empty()) return state.c;
  state.a += little_endian_32(bytes);
  if (bytes.size() > 4) state.b += little_endian_32(bytes.subspan(4));
  if (bytes.size() > 8) state.c += little_endian_32(bytes.subspan(8));
  state.finish();
  return state.c;
}

Status verify_checksum(ByteView block, std::string_view what, std::uint64_t address) {
  if (block.size() < 4) return corrupt(fmt::format("{} at offset {}: no room for its checksum", what, address));
  const ByteView body = block.first(block.size() - 4);
  const std::uint32_t expected = lookup3(body);
  const std::uint32_t found = little_endian_32(block.subspan(body.size()));
  if (found == expected || checksums_ignored) return {};
  return corrupt(
      fmt::format("{} at offset {}: checksum {:#010x} found, {:#010x} expected", what, address, found, expected));
}

}  // namespace vdp::hdf5
