#include "zarr/chunk_walk.h"

#include <gtest/gtest.h>

namespace vdp::zarr {
namespace {

struct Step {
  Shape index;
  Shape origin;
  Shape chunk_shape;
  Shape box;
  bool operator==(const Step&) const = default;
};

std::vector<Step> steps_of(const Shape& shape, const ChunkGrid& grid) {
  std::vector<Step> steps;
  for (ChunkWalk walk(shape, grid); !walk.done(); walk.next()) {
    steps.push_back({walk.index(), walk.origin(), walk.chunk_shape(), walk.box()});
  }
  return steps;
}

TEST(ChunkWalk, CutsTheLastChunksOfARegularGrid) {
  const auto steps = steps_of({3, 4}, ChunkGrid::regular({2, 3}));
  const std::vector<Step> expected{{{0, 0}, {0, 0}, {2, 3}, {2, 3}},
                                   {{0, 1}, {0, 3}, {2, 3}, {2, 1}},
                                   {{1, 0}, {2, 0}, {2, 3}, {1, 3}},
                                   {{1, 1}, {2, 3}, {2, 3}, {1, 1}}};
  EXPECT_EQ(steps, expected);
}

TEST(ChunkWalk, AddsUpListedEdges) {
  const ChunkGrid grid{{{0, {{2, 2}, {3, 1}}}, {0, {{1, 1}, {4, 1}}}}};
  const auto steps = steps_of({6, 5}, grid);
  const std::vector<Step> expected{{{0, 0}, {0, 0}, {2, 1}, {2, 1}}, {{0, 1}, {0, 1}, {2, 4}, {2, 4}},
                                   {{1, 0}, {2, 0}, {2, 1}, {2, 1}}, {{1, 1}, {2, 1}, {2, 4}, {2, 4}},
                                   {{2, 0}, {4, 0}, {3, 1}, {2, 1}}, {{2, 1}, {4, 1}, {3, 4}, {2, 4}}};
  EXPECT_EQ(steps, expected);
}

TEST(ChunkWalk, LeavesOutChunksThatBeginBeyondTheShape) {
  EXPECT_EQ(steps_of({4}, ChunkGrid{{{0, {{2, 5}, {7, 3}}}}}).size(), 2U);
  EXPECT_TRUE(steps_of({0}, ChunkGrid{{{0, {{2, 5}}}}}).empty());
  EXPECT_TRUE(steps_of({3, 0}, ChunkGrid::regular({1, 1})).empty());
  EXPECT_EQ(steps_of({}, ChunkGrid::regular({})).size(), 1U);
}

TEST(ChunkWalk, StepsOverAMillionRunsInAPass) {
  DimensionChunks chunks;
  std::uint64_t length = 0;
  for (std::uint64_t i = 0; i < 1'000'000; ++i) {
    chunks.runs.push_back({1 + i % 2, 1});
    length += 1 + i % 2;
  }
  const Shape shape{length};
  const ChunkGrid grid{{chunks}};
  std::uint64_t end = 0;
  for (ChunkWalk walk(shape, grid); !walk.done(); walk.next()) {
    ASSERT_EQ(walk.origin()[0], end);
    end += walk.box()[0];
  }
  EXPECT_EQ(end, length);
}

}  // namespace
}  // namespace vdp::zarr
