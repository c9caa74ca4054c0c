#include "formats/hdf5/sparse_bytes.h"

#include <gtest/gtest.h>

#include "formats/hdf5/checksum.h"

namespace vdp::hdf5 {
namespace {

Bytes counting(std::uint64_t from, std::uint64_t to) {
  Bytes bytes;
  for (std::uint64_t i = from; i < to; ++i) bytes.push_back(static_cast<std::uint8_t>(i));
  return bytes;
}

TEST(SparseBytes, MissesAreRecordedUntilTaken) {
  SparseBytes bytes(100);
  EXPECT_TRUE(bytes.view(10, 20).error().is_missing());
  EXPECT_TRUE(bytes.view(90, 5, 50).error().is_missing());
  EXPECT_EQ(bytes.take_misses(), (std::vector<ByteRange>{{10, 20}, {90, 10}}));  // cut at the end of the file
  EXPECT_TRUE(bytes.take_misses().empty());
}

TEST(SparseBytes, TouchingSegmentsServeOneView) {
  SparseBytes bytes(100);
  bytes.insert(20, counting(20, 30));
  bytes.insert(0, counting(0, 10));
  EXPECT_FALSE(bytes.view(5, 10));
  bytes.insert(8, counting(8, 22));  // overlaps both
  const auto view = bytes.view(5, 20);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->front(), 5);
  EXPECT_EQ((*view)[19], 24);
  EXPECT_EQ(bytes.held_bytes(), 30U);
}

TEST(SparseBytes, EveryOrderOfInsertsHoldsTheSameBytes) {
  const std::vector<ByteRange> ranges = {{0, 7}, {3, 2}, {5, 20}, {40, 5}, {25, 15}, {44, 16}};
  std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5};
  do {
    SparseBytes bytes(60);
    for (const std::size_t i : order) {
      bytes.insert(ranges[i].offset, counting(ranges[i].offset, ranges[i].offset + ranges[i].length));
    }
    ASSERT_EQ(bytes.held_bytes(), 60U);
    const auto view = bytes.view(0, 60);
    ASSERT_TRUE(view);
    ASSERT_EQ(Bytes(view->begin(), view->end()), counting(0, 60));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Coalesce, JoinsAcrossSmallGapsAndReadsAhead) {
  EXPECT_EQ(coalesce({{500, 10}, {0, 10}, {15, 10}, {5, 3}}, 5, 1, 1000), (std::vector<ByteRange>{{0, 25}, {500, 10}}));
  EXPECT_EQ(coalesce({{0, 10}, {990, 5}}, 0, 100, 1000), (std::vector<ByteRange>{{0, 100}, {990, 10}}));
}

// Vectors of lookup3's own self-test.
TEST(Lookup3, KnownVectors) {
  EXPECT_EQ(lookup3({}), 0xdeadbeefU);
  EXPECT_EQ(lookup3(as_bytes("Four score and seven years ago")), 0x17770551U);
}

}  // namespace
}  // namespace vdp::hdf5
