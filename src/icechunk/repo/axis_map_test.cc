#include "icechunk/repo/axis_map.h"

#include <gtest/gtest.h>

namespace vdp::icechunk {
namespace {

TEST(AxisMap, ShiftsDropWhatLeavesTheGrid) {
  const AxisMap up = AxisMap::shift(3, 10);
  EXPECT_EQ(up.find(0), 3u);
  EXPECT_EQ(up.find(6), 9u);
  EXPECT_EQ(up.find(7), std::nullopt);
  EXPECT_EQ(up.image({5, 10}), (IndexRange{8, 10}));
  EXPECT_EQ(up.preimage({0, 4}), (IndexRange{0, 1}));
  EXPECT_EQ(up.preimage({0, 3}), std::nullopt);
  EXPECT_TRUE(up.drops_from({6, 8}));
  EXPECT_FALSE(up.drops_from({0, 7}));
  EXPECT_FALSE(up.keeps({0, 1}));
  const AxisMap down = AxisMap::shift(-3, 10);
  EXPECT_EQ(down.find(2), std::nullopt);
  EXPECT_EQ(down.find(9), 6u);
  for (const std::int64_t far : {std::int64_t{10}, std::int64_t{-10}, INT64_MAX, INT64_MIN + 1}) {
    EXPECT_EQ(AxisMap::shift(far, 10).find(5), std::nullopt) << far;
  }
  EXPECT_TRUE(AxisMap::shift(0, 10).keeps({0, 10}));
  EXPECT_EQ(AxisMap::shift(0, 0).find(0), std::nullopt);
}

TEST(AxisMap, InsertionsKeepWhatIsBeforeThem) {
  const AxisMap map = AxisMap::insertion(4, 2, 10);
  EXPECT_EQ(map.find(3), 3u);
  EXPECT_EQ(map.find(4), 6u);
  EXPECT_EQ(map.find(9), 11u);
  EXPECT_TRUE(map.keeps({0, 4}));
  EXPECT_FALSE(map.keeps({0, 5}));
  EXPECT_EQ(map.image({3, 5}), (IndexRange{3, 7}));
  EXPECT_FALSE(map.drops_from({0, 10}));
}

TEST(AxisMap, RunsAreChecked) {
  const auto swapped = AxisMap::of_runs({{5, 5, 0}, {0, 5, 5}, {3, 0, 3}}, 10, 10);
  ASSERT_TRUE(swapped);
  EXPECT_EQ(swapped->find(0), 5u);
  EXPECT_EQ(swapped->find(7), 2u);
  EXPECT_EQ(swapped->image({4, 6}), (IndexRange{0, 10}));
  const std::vector<std::vector<ChunkRun>> bad = {
      {{0, 11, 0}}, {{9, 2, 0}}, {{0, 2, 9}}, {{0, 3, 0}, {2, 1, 5}}, {{0, 3, 0}, {5, 1, 2}}, {{1, UINT64_MAX, 0}}};
  for (const auto& runs : bad) {
    const auto map = AxisMap::of_runs(runs, 10, 10);
    ASSERT_FALSE(map);
    EXPECT_EQ(map.error().kind, ErrorKind::invalid);
  }
}

}  // namespace
}  // namespace vdp::icechunk
