#include "manifest/reshape.h"

#include <gtest/gtest.h>

#include <limits>

namespace vdp {
namespace {

using zarr::Shape;
using Names = std::vector<std::string>;

VirtualArray array_of(Shape shape, Shape chunk_shape, const Names& dims) {
  VirtualArray array;
  array.metadata.shape = std::move(shape);
  array.metadata.chunk_shape = std::move(chunk_shape);
  array.metadata.data_type = zarr::signed_integer(2);
  array.metadata.fill_value = 0;
  array.metadata.codecs = {{"bytes", {{"endian", "big"}}}};
  array.metadata.dimension_names.assign(dims.begin(), dims.end());
  array.manifest = ChunkManifest(array.metadata.grid_shape());
  array.manifest.add_location({"s3://bucket/file.nc", "etag", 0});
  return array;
}

std::vector<VirtualRef> refs(const VirtualArray& array) {
  std::vector<VirtualRef> found;
  array.manifest.for_each([&](const ChunkManifest::Entry& entry) { found.push_back(entry.ref); });
  return found;
}

TEST(Promote, PutsDimensionsInFront) {
  auto array = array_of({2, 3}, {2, 1}, {"y", "x"});
  array.manifest.set_virtual(2, {0, 100, 4});
  ASSERT_TRUE(promote(array, {"time", "band", "y", "x"}));
  EXPECT_EQ(array.metadata.shape, (Shape{1, 1, 2, 3}));
  EXPECT_EQ(array.metadata.chunk_shape, (Shape{1, 1, 2, 1}));
  EXPECT_EQ(array.metadata.dimension("time"), 0u);
  EXPECT_EQ(array.manifest.grid_shape(), array.metadata.grid_shape());
  EXPECT_EQ(array.manifest.unravel(array.manifest.indices()[0]), (Shape{0, 0, 0, 2}));
  ASSERT_TRUE(promote(array, {"time", "band", "y", "x"}));  // nothing to add
  EXPECT_EQ(array.metadata.rank(), 4u);
}

TEST(Promote, GivesAScalarItsFirstDimension) {
  auto array = array_of({}, {}, {});
  array.manifest.set_virtual(0, {0, 8, 2});
  ASSERT_TRUE(promote(array, {"time"}));
  EXPECT_EQ(array.metadata.shape, Shape{1});
  EXPECT_EQ(array.manifest.grid_shape(), Shape{1});
  EXPECT_EQ(refs(array), (std::vector<VirtualRef>{{0, 8, 2}}));
}

TEST(Promote, RefusesOtherDimensions) {
  const auto original = array_of({2, 3}, {2, 3}, {"y", "x"});
  for (const Names& dims : {Names{"time"}, {"x"}, {"time", "x", "y"}, {"y", "x", "time"}, {"x", "y", "x"}, {}}) {
    auto array = original;
    const auto status = promote(array, dims);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::invalid);
    EXPECT_EQ(array.metadata.shape, original.metadata.shape);
  }
  auto unnamed = original;
  unnamed.metadata.dimension_names.clear();
  EXPECT_FALSE(promote(unnamed, {"time", "y", "x"}));
  auto transposed = original;
  transposed.metadata.codecs.insert(transposed.metadata.codecs.begin(), {"transpose", {{"order", {1, 0}}}});
  EXPECT_EQ(promote(transposed, {"time", "y", "x"}).error().kind, ErrorKind::unsupported);
}

TEST(Split, CutsAContiguousVariableIntoSteps) {
  auto array = array_of({4, 3}, {4, 3}, {"time", "x"});
  array.manifest.set_virtual(0, {0, 1000, 24});
  ASSERT_TRUE(splittable(array, 0));
  ASSERT_TRUE(split(array, 0, 1));
  EXPECT_EQ(array.metadata.chunk_shape, (Shape{1, 3}));
  EXPECT_EQ(array.metadata.grid_shape(), array.manifest.grid_shape());
  EXPECT_EQ(refs(array), (std::vector<VirtualRef>{{0, 1000, 6}, {0, 1006, 6}, {0, 1012, 6}, {0, 1018, 6}}));
  EXPECT_EQ(array.manifest.locations()[0].url, "s3://bucket/file.nc");
}

TEST(Split, CutsEveryChunkAndLeavesOutWhatOverhangs) {
  auto array = array_of({1, 10}, {1, 4}, {"band", "time"});
  array.manifest.set_virtual(0, {0, 0, 8});
  array.manifest.set_virtual(2, {0, 100, 8});
  ASSERT_TRUE(split(array, 1, 2));
  EXPECT_EQ(array.manifest.indices(), (std::vector<std::uint64_t>{0, 1, 4}));
  EXPECT_EQ(refs(array), (std::vector<VirtualRef>{{0, 0, 4}, {0, 4, 4}, {0, 100, 4}}));
}

TEST(Split, CutsTheChunksOfEveryStepBeforeTheAxis) {
  auto array = array_of({3, 5, 2}, {1, 4, 2}, {"time", "depth", "x"});
  array.manifest.set_virtual(0, {0, 0, 16});
  array.manifest.set_virtual(3, {0, 100, 16});  // of time 1, the second one: depth 4, and three rows beyond the end
  array.manifest.set_virtual(4, {0, 200, 16});
  ASSERT_TRUE(split(array, 1, 2));
  EXPECT_EQ(array.manifest.grid_shape(), (Shape{3, 3, 1}));
  EXPECT_EQ(array.manifest.indices(), (std::vector<std::uint64_t>{0, 1, 5, 6, 7}));
  EXPECT_EQ(refs(array), (std::vector<VirtualRef>{{0, 0, 8}, {0, 8, 8}, {0, 100, 8}, {0, 200, 8}, {0, 208, 8}}));
}

TEST(Subchunk, CutsTheDimensionsBeforeIntoSteps) {
  auto array = array_of({2, 3, 4}, {2, 3, 4}, {"time", "depth", "x"});
  array.manifest.set_virtual(0, {0, 1000, 48});
  ASSERT_TRUE(subchunk(array, 1, 1));
  EXPECT_EQ(array.metadata.chunk_shape, (Shape{1, 1, 4}));
  ASSERT_EQ(array.manifest.size(), 6u);
  EXPECT_EQ(array.manifest.find(array.manifest.linear({1, 2, 0}))->ref, (VirtualRef{0, 1040, 8}));
  ASSERT_TRUE(subchunk(array, 1, 1));  // it is so already
  EXPECT_EQ(array.manifest.size(), 6u);
}

TEST(Subchunk, ChangesNothingWhereItCannotBeDone) {
  auto array = array_of({2, 3, 4}, {2, 3, 4}, {"time", "depth", "x"});
  array.manifest.set_virtual(0, {0, 1000, 48});
  EXPECT_EQ(subchunk(array, 1, 2).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(array.metadata.chunk_shape, (Shape{2, 3, 4}));
}

TEST(Split, CutsInlinedChunks) {
  auto array = array_of({2, 1}, {2, 1}, {"time", "x"});
  array.manifest.set_inline(0, {1, 2, 3, 4});
  ASSERT_TRUE(split(array, 0, 1));
  EXPECT_EQ(*array.manifest.find(0)->inlined, (Bytes{1, 2}));
  EXPECT_EQ(*array.manifest.find(1)->inlined, (Bytes{3, 4}));
}

TEST(Split, MayCutAVariableLargerThanMemory) {
  constexpr std::uint64_t steps = 1000;
  constexpr std::uint64_t width = std::uint64_t{1} << 40;
  auto array = array_of({steps, width}, {steps, width}, {"time", "x"});
  array.manifest.set_virtual(0, {0, 0, steps * width * 2});
  ASSERT_TRUE(split(array, 0, 1));
  EXPECT_EQ(array.manifest.size(), steps);
  EXPECT_EQ(array.manifest.find(999)->ref, (VirtualRef{0, 999 * width * 2, width * 2}));
}

TEST(Split, NeedsUnfilteredWholeRows) {
  auto filtered = array_of({4, 3}, {4, 3}, {"time", "x"});
  filtered.metadata.codecs.push_back({"numcodecs.zlib", {{"level", 4}}});
  auto narrow = array_of({4, 3}, {4, 2}, {"time", "x"});
  auto deep = array_of({2, 4}, {2, 4}, {"band", "time"});
  for (const auto& [array, axis] : {std::pair(filtered, 0), {narrow, 0}, {deep, 1}, {deep, 2}}) {
    auto copy = array;
    EXPECT_FALSE(splittable(copy, static_cast<std::size_t>(axis)));
    const auto status = split(copy, static_cast<std::size_t>(axis), 1);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::unsupported) << status.error().text();
  }
  EXPECT_NE(split(filtered, 0, 1).error().text().find("numcodecs.zlib"), std::string::npos);
}

TEST(Split, RefusesWhatDoesNotAddUp) {
  auto array = array_of({4, 3}, {4, 3}, {"time", "x"});
  EXPECT_EQ(split(array, 0, 3).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(split(array, 0, 0).error().kind, ErrorKind::unsupported);
  array.manifest.set_virtual(0, {0, 1000, 23});
  EXPECT_EQ(split(array, 0, 1).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(array.metadata.chunk_shape, (Shape{4, 3}));  // unchanged
  constexpr auto huge = std::numeric_limits<std::uint64_t>::max() / 2;
  auto endless = array_of({huge}, {huge}, {"time"});
  endless.manifest.set_virtual(0, {0, 0, 0});
  EXPECT_EQ(split(endless, 0, 1).error().kind, ErrorKind::limit);
  auto overflowing = array_of({huge, huge}, {huge, huge}, {"time", "x"});
  EXPECT_EQ(split(overflowing, 0, 1).error().kind, ErrorKind::limit);
  auto empty = array_of({0, 3}, {1, 3}, {"time", "x"});
  ASSERT_TRUE(split(empty, 0, 1));
  EXPECT_EQ(empty.manifest.size(), 0u);
}

}  // namespace
}  // namespace vdp
