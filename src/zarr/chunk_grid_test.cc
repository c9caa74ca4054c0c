#include "zarr/chunk_grid.h"

#include <gtest/gtest.h>

namespace vdp::zarr {
namespace {

Json document(const Shape& shape, const char* chunk_grid) {
  Json json = *parse_json(R"({"zarr_format": 3, "node_type": "array", "data_type": "int32", "fill_value": 0,
      "chunk_key_encoding": {"name": "default"}, "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}]})");
  json["shape"] = shape;
  json["chunk_grid"] = *parse_json(chunk_grid);
  return json;
}

Json rectilinear(const Shape& shape, const char* chunk_shapes) {
  const std::string grid =
      std::string(R"({"name": "rectilinear", "configuration": {"kind": "inline", "chunk_shapes": )") + chunk_shapes +
      "}}";
  return document(shape, grid.c_str());
}

ChunkGrid grid_of(const Json& json) { return parse_array_grid(json).value().chunks; }

TEST(ChunkGrid, ListsEdgesRunsAndSteps) {
  const auto grid = parse_array_grid(rectilinear({14, 6, 10}, "[[2, [3, 2], 6], [[2, 3]], 4]"));
  ASSERT_TRUE(grid) << grid.error().text();
  EXPECT_EQ(grid->chunks.grid_shape(grid->shape), (Shape{4, 3, 3}));
  EXPECT_EQ(grid->chunks.chunk_shape({0, 0, 0}), (Shape{2, 2, 4}));
  EXPECT_EQ(grid->chunks.chunk_shape({2, 2, 2}), (Shape{3, 2, 4}));
  EXPECT_EQ(grid->chunks.chunk_shape({3, 0, 0}), (Shape{6, 2, 4}));
  EXPECT_FALSE(grid->chunks.regular_shape());
}

TEST(ChunkGrid, EdgesBeyondTheShapeCountAndAreNotUsed) {
  const auto grid = parse_array_grid(rectilinear({4}, "[[2, 3, 5]]"));
  ASSERT_TRUE(grid);
  EXPECT_EQ(grid->chunks.grid_shape(grid->shape), Shape{3});
  EXPECT_EQ(grid->chunks.used_grid_shape(grid->shape), Shape{2});
  EXPECT_EQ(grid->chunks.used_grid_shape({5}), Shape{2});
  EXPECT_EQ(grid->chunks.used_grid_shape({6}), Shape{3});
  EXPECT_EQ(grid->chunks.used_grid_shape({0}), Shape{0});
}

TEST(ChunkGrid, KnowsWhatContinuesAnother) {
  const ChunkGrid former = grid_of(rectilinear({10}, "[[2, 3, 5]]"));
  EXPECT_TRUE(grid_of(rectilinear({14}, "[[2, 3, 5, 4]]")).continues(former));
  EXPECT_TRUE(grid_of(rectilinear({15}, "[[2, 3, [5, 2]]]")).continues(former));
  EXPECT_FALSE(grid_of(rectilinear({10}, "[[2, [4, 2]]]")).continues(former));
  EXPECT_FALSE(grid_of(rectilinear({5}, "[[2, 3]]")).continues(former));
  EXPECT_FALSE(grid_of(rectilinear({10}, "[5]")).continues(former));
  const ChunkGrid two_equal = grid_of(rectilinear({10}, "[[5, 5]]"));
  EXPECT_FALSE(grid_of(rectilinear({11}, "[[5, 6]]")).continues(two_equal));
}

TEST(ChunkGrid, RefusesWhatIsNotOne) {
  for (const char* shapes : {"[[2, 3]]", "[[0, 10]]", "[[[5, 0], 10]]", "[[[5, 2, 1]]]", "[[]]", "[[-5, 15]]", "[5, 5]",
                             "{}", "[\"10\"]", "[[[10, 4294967296]]]", "[[[18446744073709551615, 2]]]", "[0]"}) {
    EXPECT_FALSE(parse_array_grid(rectilinear({10}, shapes))) << shapes;
  }
  EXPECT_EQ(
      parse_array_grid(document({10}, R"({"name": "rectilinear", "configuration": {"kind": "file"}})")).error().kind,
      ErrorKind::unsupported);
  EXPECT_EQ(parse_array_grid(document({10}, R"({"name": "hexagonal"})")).error().kind, ErrorKind::unsupported);
  // What holds a chunk shape for all chunks does not take it.
  const auto metadata = parse_array_metadata(rectilinear({10}, "[[4, 6]]"));
  ASSERT_FALSE(metadata);
  EXPECT_EQ(metadata.error().kind, ErrorKind::unsupported);
}

TEST(ChunkGrid, GoesWithTheArraysOtherMetadata) {
  const auto array = parse_gridded_array(rectilinear({10}, "[[4, 6]]"));
  ASSERT_TRUE(array) << array.error().text();
  EXPECT_EQ(array->metadata.shape, Shape{10});
  EXPECT_EQ(array->metadata.chunk_shape, Shape{4});
  EXPECT_EQ(array->chunks.dimensions, grid_of(rectilinear({10}, "[[4, 6]]")).dimensions);
  const auto regular =
      parse_gridded_array(document({10}, R"({"name": "regular", "configuration": {"chunk_shape": [3]}})"));
  ASSERT_TRUE(regular) << regular.error().text();
  EXPECT_EQ(regular->chunks.regular_shape(), Shape{3});
}

TEST(ChunkGrid, OneChunkIsAnArray) {
  const Json json = rectilinear({10}, "[[4, 6]]");
  const auto chunk = parse_chunk_as_array(json, {1});
  ASSERT_TRUE(chunk) << chunk.error().text();
  EXPECT_EQ(chunk->shape, Shape{6});
  EXPECT_EQ(chunk->chunk_shape, Shape{6});
  EXPECT_FALSE(parse_chunk_as_array(json, {2}));
  EXPECT_FALSE(parse_chunk_as_array(json, {0, 0}));
  EXPECT_TRUE(
      parse_chunk_as_array(document({0}, R"({"name": "regular", "configuration": {"chunk_shape": [3]}})"), {0}));
}

}  // namespace
}  // namespace vdp::zarr
