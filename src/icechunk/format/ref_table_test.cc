#include "icechunk/format/ref_table.h"

#include <gtest/gtest.h>

namespace vdp::icechunk {
namespace {

using Index = std::vector<std::uint32_t>;

TEST(RefTable, OfEqualIndicesTheLastOneHolds) {
  RefTable table(2);
  const auto location = table.add_location({"s3://b/a", "\"e\"", 0});
  table.append_virtual(Index{1, 0}, location, 10, 5);
  table.append_inline(Index{0, 3}, Bytes{1, 2});
  EXPECT_FALSE(table.sorted());
  table.sort();
  table.append_native(Index{1, 0}, ChunkId{}, 7, 8);
  table.append_missing(Index{0, 9});
  table.sort();
  ASSERT_EQ(table.size(), 3u);
  EXPECT_EQ(table[0].bytes.size(), 2u);
  EXPECT_EQ(table.kind(1), ChunkRefKind::missing);
  EXPECT_EQ(to_chunk_ref(table[2]), ChunkRef(NativeChunk{{}, 7, 8}));
  EXPECT_EQ(table.find(Index{0, 9}), 1u);
  EXPECT_EQ(table.find(Index{0, 4}), std::nullopt);
  EXPECT_EQ(table.lower_bound(Index{0, 4}), 1u);
}

TEST(RefTable, AScalarHasOneRow) {
  RefTable table(0);
  table.append_inline(Index{}, Bytes{1});
  table.append_inline(Index{}, Bytes{2});
  table.sort();
  ASSERT_EQ(table.size(), 1u);
  EXPECT_EQ(table[*table.find(Index{})].bytes[0], 2);
}

TEST(LocationTable, HoldsEachLocationOnce) {
  LocationTable table;
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < 1000; ++i) {
      EXPECT_EQ(table.add({"s3://bucket/" + std::to_string(i), "", 5}), i);
    }
  }
  EXPECT_EQ(table.size(), 1000u);
  // The same url in another version is another location.
  EXPECT_EQ(table.add({"s3://bucket/1", "", 6}), 1000u);
  EXPECT_EQ(table.add({"s3://bucket/1", "e", 6}), 1001u);
  EXPECT_EQ(table[1001].etag, "e");
}

TEST(RefTable, AMillionReferencesAreTensOfMegabytes) {
  constexpr std::uint32_t count = 1'000'000;
  RefTable table(3);
  table.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto location = table.add_location({"s3://bucket/archive/file-" + std::to_string(i / 100) + ".nc", "", 1});
    table.append_virtual(Index{i / 100, i / 10 % 10, i % 10}, location, i, 100);
  }
  EXPECT_TRUE(table.sorted());
  EXPECT_LT(table.memory_bytes(), 40u << 20);
}

}  // namespace
}  // namespace vdp::icechunk
