#include "formats/hdf5/filter_decoding.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "base/from_hex.h"
#include "formats/hdf5/filter_fuzz_body.h"

namespace vdp::hdf5 {
namespace {

/// One chunk that h5py wrote of twelve little-endian 32-bit integers: 100, 105, 110 and 115, each three times.
struct Written {
  Filter filter;
  const char* chunk;
};
const Written written_by_h5py[] = {
    {{lzf, "", {4, 261, 48}}, "046400000064a00300692007c003006e200bc0030073200b8003010000"},
    {{lz4, "", {0}}, "0000000000000030000000300000001c4464000000040017690400176e0400c0730000007300000073000000"},
    {{szip, "", {169, 8, 32, 12}}, "300000004c98383006007f000400100040"},
    {{scaleoffset, "", {2, 0, 12, 0, 4, 1, 0, 1, 0, 0}}, "050000000864000000000000000000000000000000000052954a53def0"},
};
constexpr std::uint64_t chunk_bytes = 48;

Bytes expected() {
  Bytes bytes;
  for (int i = 0; i < 12; ++i) {
    bytes.insert(bytes.end(), {static_cast<std::uint8_t>(100 + i / 3 * 5), 0, 0, 0});
  }
  return bytes;
}

TEST(UndoFilters, ReadsWhatH5pyWrote) {
  for (const auto& [filter, chunk] : written_by_h5py) {
    const auto decoded = undo_filters({filter}, from_hex(chunk), chunk_bytes);
    ASSERT_TRUE(decoded) << filter.id << ": " << decoded.error().text();
    EXPECT_EQ(*decoded, expected()) << filter.id;
  }
}

TEST(UndoFilters, ScaleoffsetOfFloatsKeepsItsDecimals) {
  const Filter filter{scaleoffset, "", {0, 1, 12, 1, 4, 0, 0, 1, 0, 0}};
  const auto decoded =
      undo_filters({filter}, from_hex("050000000800002041000000000000000000000000000052954a53def0"), chunk_bytes);
  ASSERT_TRUE(decoded) << decoded.error().text();
  float value = 0;
  std::memcpy(&value, decoded->data() + 4 * 3, 4);
  EXPECT_EQ(value, 10.5F);
}

TEST(UndoFilters, MoreOrFewerBytesThanTheChunkHasAreErrors) {
  for (const auto& [filter, chunk] : written_by_h5py) {
    EXPECT_FALSE(undo_filters({filter}, from_hex(chunk), chunk_bytes - 4)) << filter.id;
    EXPECT_FALSE(undo_filters({filter}, from_hex(chunk), chunk_bytes + 4)) << filter.id;
  }
}

TEST(UndoFilters, TruncatedChunksAreErrors) {
  for (const auto& [filter, chunk] : written_by_h5py) {
    if (filter.id == szip) continue;  // libsz takes what is missing for zeros
    const Bytes whole = from_hex(chunk);
    for (std::size_t size = 0; size + 4 < whole.size(); ++size) {
      EXPECT_FALSE(undo_filters({filter}, ByteView(whole).first(size), chunk_bytes)) << filter.id << " " << size;
    }
  }
}

/// With such libsz has written beyond its buffers (found by the fuzz target).
TEST(UndoFilters, ParametersThatSzipDoesNotHaveAreErrors) {
  const Bytes chunk = from_hex("300000004c98383006007f000400100040");
  const std::vector<std::uint32_t> written = {169, 8, 32, 12};
  ASSERT_TRUE(undo_filters({{szip, "", written}}, chunk, chunk_bytes));
  for (const auto& [value, odd] : {std::pair<std::size_t, std::uint32_t>{1, 7},
                                   {1, 34},
                                   {1, 0},
                                   {2, 25},
                                   {2, 63},
                                   {2, 0},
                                   {3, 7},
                                   {3, 1025},
                                   {3, 0},
                                   {3, 0x80000000}}) {
    auto values = written;
    values[value] = odd;
    const auto decoded = undo_filters({{szip, "", values}}, chunk, chunk_bytes);
    ASSERT_FALSE(decoded) << value << " " << odd;
    EXPECT_EQ(decoded.error().kind, ErrorKind::corrupt) << decoded.error().text();
  }
  EXPECT_FALSE(undo_filters({{szip, "", written}}, from_hex("020000004c98383006007f000400100040"), 2));
}

TEST(UndoFilters, BrokenChunksAndParametersEnd) {
  std::mt19937 random(11);
  for (const auto& [filter, chunk] : written_by_h5py) {
    for (int round = 0; round < 3000; ++round) {
      Bytes broken = from_hex(chunk);
      Filter odd = filter;
      for (unsigned flips = 1 + random() % 3; flips > 0; --flips) {
        broken[random() % broken.size()] = static_cast<std::uint8_t>(random());
      }
      if (round % 3 == 0) odd.client_data[random() % odd.client_data.size()] = static_cast<std::uint32_t>(random());
      check_undone({odd}, broken, chunk_bytes);
    }
  }
}

TEST(UndoFilters, NoiseEnds) {
  std::mt19937 random(12);
  for (int round = 0; round < 20000; ++round) {
    Bytes noise(12 + random() % 60);
    for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random() % (round % 2 == 0 ? 256 : 9));
    undo_arbitrary(noise);
  }
}

TEST(UndoFilters, FiltersThatAreNotKnownAreNamed) {
  const auto decoded = undo_filters({Filter{zfp, "zfp", {}}}, Bytes(8), 8);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().kind, ErrorKind::unsupported);
  EXPECT_NE(decoded.error().text().find("32013"), std::string::npos);
  EXPECT_FALSE(can_undo({Filter{shuffle, "", {4}}, Filter{zfp, "", {}}}));
  EXPECT_TRUE(can_undo({Filter{shuffle, "", {4}}, Filter{deflate, "", {1}}}));
}

}  // namespace
}  // namespace vdp::hdf5
