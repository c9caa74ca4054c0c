#include "store/held_ranges.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vdp {
namespace {

Bytes counting(std::uint64_t from, std::uint64_t to) {
  Bytes bytes;
  for (std::uint64_t i = from; i < to; ++i) bytes.push_back(static_cast<std::uint8_t>(i));
  return bytes;
}

TEST(HeldRanges, TouchingSegmentsServeOneView) {
  HeldRanges bytes;
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

TEST(HeldRanges, EveryOrderOfInsertsHoldsTheSameBytes) {
  const std::vector<ByteRange> ranges = {{0, 7}, {3, 2}, {5, 20}, {40, 5}, {25, 15}, {44, 16}};
  std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5};
  do {
    HeldRanges bytes;
    for (const std::size_t i : order) {
      bytes.insert(ranges[i].offset, counting(ranges[i].offset, ranges[i].offset + ranges[i].length));
    }
    ASSERT_EQ(bytes.held_bytes(), 60U);
    const auto view = bytes.view(0, 60);
    ASSERT_TRUE(view);
    ASSERT_EQ(Bytes(view->begin(), view->end()), counting(0, 60));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(HeldRanges, TheEndsThatAreHeldAreCutOff) {
  HeldRanges bytes;
  bytes.insert(10, counting(10, 20));
  bytes.insert(40, counting(40, 50));
  EXPECT_EQ(bytes.without_held_ends({0, 5}), (ByteRange{0, 5}));
  EXPECT_EQ(bytes.without_held_ends({5, 10}), (ByteRange{5, 5}));
  EXPECT_EQ(bytes.without_held_ends({15, 10}), (ByteRange{20, 5}));
  EXPECT_EQ(bytes.without_held_ends({15, 30}), (ByteRange{20, 20}));
  EXPECT_EQ(bytes.without_held_ends({0, 60}), (ByteRange{0, 60}));
  EXPECT_EQ(bytes.without_held_ends({12, 8}).length, 0U);
  EXPECT_EQ(bytes.without_held_ends({20, 20}), (ByteRange{20, 20}));
}

TEST(Coalesce, JoinsAcrossSmallGaps) {
  EXPECT_EQ(coalesce({{500, 10}, {0, 10}, {15, 10}, {5, 3}, {300, 0}}, 5),
            (std::vector<ByteRange>{{0, 25}, {500, 10}}));
  EXPECT_EQ(coalesce({{0, 10}, {10, 5}, {16, 1}}, 0), (std::vector<ByteRange>{{0, 15}, {16, 1}}));
  EXPECT_TRUE(coalesce({}, 5).empty());
}

}  // namespace
}  // namespace vdp
