#include "pipeline/verify/array_region.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

/// 5 x 7 bytes in chunks of 2 x 3, the element (y, x) being 10 y + x; chunk (1, 1) is missing, and fill is 99.
zarr::ArrayMetadata metadata() {
  zarr::ArrayMetadata metadata;
  metadata.shape = {5, 7};
  metadata.chunk_shape = {2, 3};
  metadata.data_type = zarr::unsigned_integer(1);
  metadata.fill_value = 99;
  metadata.codecs = {{"bytes", Json::object()}};
  return metadata;
}

Result<std::optional<Bytes>> read_chunk(const zarr::Shape& index) {
  if (index == zarr::Shape{1, 1}) return std::nullopt;
  Bytes chunk;
  for (std::uint64_t y = index[0] * 2; y < index[0] * 2 + 2; ++y) {
    for (std::uint64_t x = index[1] * 3; x < index[1] * 3 + 3; ++x) {
      chunk.push_back(static_cast<std::uint8_t>(10 * y + x));
    }
  }
  return chunk;
}

TEST(ArrayRegion, ReadsAcrossChunksWithFillForTheMissingOne) {
  const auto found = read_region(metadata(), read_chunk, {{1, 2}, {3, 3}}, 100);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(*found, (Bytes{12, 13, 14, 22, 99, 99, 32, 99, 99}));
}

TEST(ArrayRegion, CutsTheLastChunksAndReadsNothingElse) {
  std::vector<zarr::Shape> read;
  const auto reader = [&](const zarr::Shape& index) {
    read.push_back(index);
    return read_chunk(index);
  };
  const auto found = read_region(metadata(), reader, {{4, 6}, {1, 1}}, 100);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(*found, Bytes{46});
  EXPECT_EQ(read, (std::vector<zarr::Shape>{{2, 2}}));
  EXPECT_TRUE(read_region(metadata(), reader, {{5, 7}, {0, 0}}, 100)->empty());
}

TEST(ArrayRegion, RefusesWhatIsOutsideOrTooLarge) {
  EXPECT_EQ(read_region(metadata(), read_chunk, {{4, 6}, {1, 2}}, 100).error().kind, ErrorKind::invalid);
  EXPECT_EQ(read_region(metadata(), read_chunk, {{0}, {1}}, 100).error().kind, ErrorKind::invalid);
  EXPECT_EQ(read_region(metadata(), read_chunk, {{UINT64_MAX, 0}, {2, 1}}, 100).error().kind, ErrorKind::invalid);
  EXPECT_EQ(read_region(metadata(), read_chunk, {{0, 0}, {5, 7}}, 34).error().kind, ErrorKind::limit);
}

}  // namespace
}  // namespace vdp
