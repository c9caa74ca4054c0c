#include "icechunk/repo/manifest_division.h"

#include <gtest/gtest.h>

#include <vector>

namespace vdp::icechunk {
namespace {

using Index = std::vector<std::uint32_t>;

/// All indices of a grid of rank 3.
RefTable grid(std::uint32_t x, std::uint32_t y, std::uint32_t z) {
  RefTable refs(3);
  for (std::uint32_t i = 0; i < x * y * z; ++i) refs.append_missing(Index{i / (y * z), i / z % y, i % z});
  return refs;
}

void expect_disjoint_halves(const RefRows& rows) {
  const auto [first, second] = halves(rows);
  EXPECT_EQ(first.size() + second.size(), rows.size());
  ASSERT_GT(first.size(), 0u);
  ASSERT_GT(second.size(), 0u);
  EXPECT_FALSE(intersection(bounds_of(first), bounds_of(second)));
  EXPECT_EQ(first.at(first.size() - 1), rows.at(first.size() - 1));
  EXPECT_EQ(second.at(0), rows.at(first.size()));
}

TEST(ManifestDivision, HalvesDoNotOverlap) {
  for (const auto& [x, y, z] : {std::array{10u, 3u, 2u}, std::array{1u, 7u, 5u}, std::array{1u, 1u, 2u},
                                std::array{2u, 9u, 9u}, std::array{3u, 1u, 1u}}) {
    const RefTable refs = grid(x, y, z);
    expect_disjoint_halves(RefRows(refs));
    // Down to single rows.
    std::vector<RefRows> open = {RefRows(refs)};
    std::size_t single = 0;
    while (!open.empty()) {
      const RefRows rows = std::move(open.back());
      open.pop_back();
      if (rows.size() == 1) {
        ++single;
        continue;
      }
      expect_disjoint_halves(rows);
      auto [first, second] = halves(rows);
      open.push_back(std::move(first));
      open.push_back(std::move(second));
    }
    EXPECT_EQ(single, refs.size());
  }
}

TEST(ManifestDivision, KnowsRowsThatDoNotFollowOneAnother) {
  const RefTable refs = grid(4, 5, 6);
  const RefRows rows(refs, {{3, 10}, {20, 21}, {60, 100}});
  EXPECT_EQ(rows.size(), 48u);
  EXPECT_EQ(rows.at(7), 20u);
  EXPECT_EQ(rows.at(8), 60u);
  expect_disjoint_halves(rows);
  const RefRows part = rows.part(5, 9);
  EXPECT_EQ(part.size(), 4u);
  EXPECT_EQ(part.at(0), 8u);
  EXPECT_EQ(part.at(3), 60u);
}

TEST(ManifestDivision, HalvesAreNearTheMiddle) {
  const RefTable refs = grid(100, 10, 1);
  const auto [first, second] = halves(RefRows(refs));
  EXPECT_EQ(first.size(), 500u);
  EXPECT_EQ(second.size(), 500u);
}

}  // namespace
}  // namespace vdp::icechunk
