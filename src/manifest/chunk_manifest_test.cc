#include "manifest/chunk_manifest.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace vdp {
namespace {

using zarr::Shape;

std::vector<std::uint64_t> offsets(const ChunkManifest& manifest) {
  std::vector<std::uint64_t> found;
  manifest.for_each([&](const ChunkManifest::Entry& entry) { found.push_back(entry.ref.offset); });
  return found;
}

TEST(ChunkManifest, PresentChunksComeInOrderOfTheirIndex) {
  ChunkManifest manifest({2, 5});
  manifest.set_virtual(7, {0, 70, 1});
  manifest.set_virtual(2, {0, 20, 1});
  manifest.set_inline(4, {1, 2, 3});
  manifest.set_virtual(0, {0, 0, 1});
  EXPECT_EQ(manifest.size(), 4u);
  EXPECT_EQ(manifest.indices(), (std::vector<std::uint64_t>{0, 2, 4, 7}));
  EXPECT_EQ(manifest.find(7)->ref, (VirtualRef{0, 70, 1}));
  EXPECT_EQ(manifest.find(7)->inlined, nullptr);
  ASSERT_NE(manifest.find(4)->inlined, nullptr);
  EXPECT_EQ(*manifest.find(4)->inlined, (Bytes{1, 2, 3}));
  EXPECT_FALSE(manifest.find(1));
  EXPECT_FALSE(manifest.find(9));
}

TEST(ChunkManifest, TheLastEntryForAnIndexHolds) {
  ChunkManifest manifest({3});
  manifest.set_virtual(1, {0, 10, 1});
  manifest.set_inline(2, {9});
  manifest.set_virtual(1, {0, 11, 1});
  manifest.set_virtual(2, {0, 22, 1});
  EXPECT_EQ(manifest.size(), 2u);
  EXPECT_EQ(offsets(manifest), (std::vector<std::uint64_t>{11, 22}));
  manifest.set_virtual(1, {0, 12, 1});  // after reading, too
  manifest.set_virtual(0, {0, 5, 1});
  EXPECT_EQ(offsets(manifest), (std::vector<std::uint64_t>{5, 12, 22}));
}

TEST(ChunkManifest, TheSameLocationHasOneIndex) {
  ChunkManifest manifest;
  EXPECT_EQ(manifest.add_location({"s3://b/a", "1", 0}), 0u);
  EXPECT_EQ(manifest.add_location({"s3://b/a", "2", 0}), 1u);
  EXPECT_EQ(manifest.add_location({"s3://b/a", "1", 5}), 2u);
  EXPECT_EQ(manifest.add_location({"s3://b/a", "1", 0}), 0u);
  const ChunkManifest copy = manifest;
  EXPECT_EQ(ChunkManifest(copy).add_location({"s3://b/a", "2", 0}), 1u);
  EXPECT_EQ(copy.locations().size(), 3u);
}

TEST(ChunkManifest, PositionsGoBothWays) {
  const ChunkManifest manifest({2, 3, 4});
  for (std::uint64_t index = 0; index < 24; ++index) EXPECT_EQ(manifest.linear(manifest.unravel(index)), index);
  EXPECT_EQ(manifest.unravel(23), (Shape{1, 2, 3}));
  const ChunkManifest scalar{Shape{}};
  EXPECT_EQ(scalar.linear({}), 0u);
  EXPECT_EQ(scalar.unravel(0), Shape{});
  EXPECT_EQ(ChunkManifest({0, 3}).unravel(0), (Shape{0, 0}));
}

TEST(ChunkManifest, LeadingDimensionsMoveNoChunk) {
  ChunkManifest manifest({2, 3});
  manifest.set_virtual(5, {0, 50, 1});
  manifest.add_leading_dimensions(2);
  EXPECT_EQ(manifest.grid_shape(), (Shape{1, 1, 2, 3}));
  EXPECT_EQ(manifest.unravel(5), (Shape{0, 0, 1, 2}));
  EXPECT_TRUE(manifest.find(5));
}

TEST(ChunkManifest, HugeGridsCostNothingUntilTheyOverflow) {
  constexpr auto huge = std::numeric_limits<std::uint64_t>::max();
  zarr::ArrayMetadata metadata;
  metadata.shape = {huge, 1};
  metadata.chunk_shape = {1, 1};
  auto manifest = ChunkManifest::for_array(metadata);
  ASSERT_TRUE(manifest);
  manifest->set_virtual(huge - 1, {0, 1, 1});
  EXPECT_EQ(manifest->unravel(huge - 1), (Shape{huge - 1, 0}));
  metadata.shape = {huge, 2};
  EXPECT_EQ(ChunkManifest::for_array(metadata).error().kind, ErrorKind::limit);
  metadata.shape = {huge, huge};
  EXPECT_EQ(ChunkManifest::for_array(metadata).error().kind, ErrorKind::limit);
  metadata.shape = {0, huge};
  EXPECT_TRUE(ChunkManifest::for_array(metadata));
}

TEST(ChunkManifest, AMillionReferencesAreQuick) {
  constexpr std::uint64_t count = 1'000'000;
  const auto began = std::chrono::steady_clock::now();
  ChunkManifest manifest({count});
  manifest.reserve(count);
  // Backwards, so that they have to be sorted too.
  for (std::uint64_t i = count; i-- > 0;) manifest.set_virtual(i, {0, i * 100, 100});
  std::uint64_t sum = 0;
  manifest.for_each([&](const ChunkManifest::Entry& entry) { sum += entry.index + entry.ref.length; });
  const auto took = std::chrono::steady_clock::now() - began;
  EXPECT_EQ(sum, count * (count - 1) / 2 + count * 100);
  RecordProperty("milliseconds", static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  EXPECT_LT(took, std::chrono::seconds(5));  // some 50 ms; the bound only catches another order of growth
}

}  // namespace
}  // namespace vdp
