#include "pipeline/backfill/cut.h"

#include <gtest/gtest.h>

namespace vdp::backfill {
namespace {

/// The sizes of the partitions of files at these slots.
std::vector<std::size_t> sizes(const std::vector<std::uint64_t>& slots, std::uint64_t size, std::uint64_t cell) {
  std::vector<Item> items;
  for (const std::uint64_t slot : slots) items.push_back({0, {}, slot, {}});
  std::vector<std::size_t> result;
  for (const auto& partition : cut_into_partitions(std::move(items), size, cell)) {
    for (std::size_t i = 0; i < partition.size(); ++i) EXPECT_EQ(partition[i].index, i);
    result.push_back(partition.size());
  }
  return result;
}

using Sizes = std::vector<std::size_t>;
constexpr std::uint64_t no_cells = UINT64_MAX;

TEST(Cut, EndsWithTheLastCellThatFits) {
  EXPECT_EQ(sizes({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 7, 3), (Sizes{6, 4}));
  EXPECT_EQ(sizes({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3), (Sizes{3, 3, 3, 1}));
}

TEST(Cut, DividesACellThatIsLargerThanAPartition) {
  EXPECT_EQ(sizes({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 4, 7), (Sizes{4, 3, 3}));
  EXPECT_EQ(sizes({0, 1, 2, 3, 4}, 2, no_cells), (Sizes{2, 2, 1}));
}

TEST(Cut, TakesHolesAndNothing) {
  EXPECT_EQ(sizes({}, 4, 7), Sizes{});
  EXPECT_EQ(sizes({0, 1, 50, 51, 52}, 3, 10), (Sizes{2, 3}));
  EXPECT_EQ(sizes({5}, 4, 7), Sizes{1});
}

}  // namespace
}  // namespace vdp::backfill
