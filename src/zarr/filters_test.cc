#include "zarr/filters.h"

#include <gtest/gtest.h>

namespace vdp::zarr {
namespace {

Bytes counting(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i % 251);
  return bytes;
}

TEST(Fletcher32, IsThatOfNumcodecs) {
  EXPECT_EQ(fletcher32(as_bytes("a")), 0x61006100u);
  EXPECT_EQ(fletcher32(as_bytes("ab")), 0x61626162u);
  EXPECT_EQ(fletcher32(counting(7)), 0x14170c09u);
  EXPECT_EQ(fletcher32(Bytes(1000, 0xff)), 0xffffffffu);
  EXPECT_EQ(fletcher32(counting(1441)), 0x8cc1c1e8u);
  EXPECT_EQ(fletcher32({}), 0u);
}

TEST(Crc32c, IsThatOfTheRfc) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283u);
  EXPECT_EQ(crc32c(Bytes(32, 0)), 0x8a9136aau);
  EXPECT_EQ(crc32c(Bytes(32, 0xff)), 0x62a8ab43u);
  EXPECT_EQ(crc32c({}), 0u);
}

TEST(Checksums, AreTakenOffOrRefused) {
  Bytes bytes = {'a', 'b', 0x62, 0x61, 0x62, 0x61};
  const auto content = strip_fletcher32(bytes);
  ASSERT_TRUE(content) << content.error().text();
  EXPECT_EQ(as_text(*content), "ab");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] ^= 1;
    EXPECT_EQ(strip_fletcher32(bytes).error().kind, ErrorKind::corrupt) << i;
    bytes[i] ^= 1;
  }
  EXPECT_EQ(strip_crc32c(bytes).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(strip_crc32c(Bytes(3)).error().kind, ErrorKind::corrupt);
  EXPECT_TRUE(strip_crc32c(Bytes(4)));  // the checksum of nothing
}

TEST(Shuffle, IsUndone) {
  EXPECT_EQ(unshuffle(Bytes{1, 4, 2, 5, 3, 6}, 3), (Bytes{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(unshuffle(Bytes{1, 2}, 1), (Bytes{1, 2}));
  EXPECT_EQ(unshuffle(Bytes{1, 2}, 0), (Bytes{1, 2}));
  EXPECT_EQ(unshuffle({}, 4), Bytes{});
}

TEST(Shuffle, LeavesWhatIsNoWholeElement) {
  EXPECT_EQ(unshuffle(Bytes{1, 3, 2, 4, 9}, 2), (Bytes{1, 2, 3, 4, 9}));
  EXPECT_EQ(unshuffle(Bytes{1, 2, 3}, 8), (Bytes{1, 2, 3}));
  EXPECT_EQ(unshuffle(Bytes{1, 2, 3}, ~std::uint64_t{0}), (Bytes{1, 2, 3}));
}

}  // namespace
}  // namespace vdp::zarr
