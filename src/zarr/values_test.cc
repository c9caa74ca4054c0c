#include "zarr/values.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "zarr/test_arrays.h"

namespace vdp::zarr {
namespace {

/// Chunks that hold their own grid index times ten plus the position in the chunk; those of `missing` do not exist.
ChunkReader numbered_chunks(const ArrayMetadata& metadata, Shape missing) {
  return [&metadata, missing](const Shape& index) -> Result<std::optional<Bytes>> {
    if (index == missing) return std::nullopt;
    const Shape grid = metadata.grid_shape();
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < index.size(); ++i) number = number * grid[i] + index[i];
    std::uint64_t count = 1;
    for (std::uint64_t edge : metadata.chunk_shape) count *= edge;
    std::vector<std::int16_t> values;
    for (std::uint64_t i = 0; i < count; ++i) values.push_back(static_cast<std::int16_t>(number * 10 + i));
    return encode_chunk(metadata, bytes_of(values));
  };
}

TEST(ReadElements, PlacesChunksCutsThemAndFillsHoles) {
  auto metadata = array_of(signed_integer(2), {2, 2}, big);
  metadata.shape = {3, 5};
  metadata.fill_value = -1;
  const auto elements = read_elements(metadata, numbered_chunks(metadata, {0, 1}), 1000);
  ASSERT_TRUE(elements) << elements.error().text();
  EXPECT_EQ(*as_integers(metadata.data_type, *elements), (std::vector<std::int64_t>{0, 1, -1, -1, 20,  //
                                                                                    2, 3, -1, -1, 22,  //
                                                                                    30, 31, 40, 41, 50}));
}

TEST(ReadElements, ScalarsAndEmptyArrays) {
  auto scalar = array_of(signed_integer(2), {}, little);
  EXPECT_EQ(*as_integers(scalar.data_type, *read_elements(scalar, numbered_chunks(scalar, {9}), 2)),
            std::vector<std::int64_t>{0});
  auto empty = array_of(signed_integer(2), {4, 1}, little);
  empty.shape = {4, 0};
  EXPECT_TRUE(read_elements(empty, numbered_chunks(empty, {}), 0)->empty());
}

/// An int16 array of 5 by 3 elements, with rows of 1, 3 and 4 (cut to 1), and columns of 2 and 1.
GriddedArray rectilinear_array(DataType type, std::string_view codecs) {
  GriddedArray array{array_of(std::move(type), {1, 2}, codecs),
                     {{{0, {{1, 1}, {3, 1}, {4, 1}}}, {0, {{2, 1}, {1, 1}}}}}};
  array.metadata.shape = {5, 3};
  return array;
}

TEST(ReadElements, PlacesChunksOfDifferentShapes) {
  GriddedArray array = rectilinear_array(signed_integer(2), little);
  array.metadata.fill_value = -1;
  const auto read = [&](const Shape& index) -> Result<std::optional<Bytes>> {
    if (index == Shape{1, 1}) return std::nullopt;
    const Shape edges = array.chunks.chunk_shape(index);
    std::vector<std::int16_t> values;
    const auto first = static_cast<std::int16_t>(100 * index[0] + 50 * index[1]);
    for (std::uint64_t i = 0; i < edges[0] * edges[1]; ++i) values.push_back(static_cast<std::int16_t>(first + i));
    return bytes_of(values);
  };
  const auto elements = read_elements(array, read, 1000);
  ASSERT_TRUE(elements) << elements.error().text();
  EXPECT_EQ(*as_integers(array.metadata.data_type, *elements), (std::vector<std::int64_t>{0, 1, 50,      //
                                                                                          100, 101, -1,  //
                                                                                          102, 103, -1,  //
                                                                                          104, 105, -1,  //
                                                                                          200, 201, 250}));
}

TEST(ReadElements, HoldsEachChunkToItsOwnShape) {
  const GriddedArray array = rectilinear_array(signed_integer(2), little);
  const auto all_as_the_first = [](const Shape&) -> Result<std::optional<Bytes>> { return Bytes(4); };
  const auto broken = read_elements(array, all_as_the_first, 1000);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().kind, ErrorKind::corrupt);
  EXPECT_NE(broken.error().text().find("chunk [0, 1]"), std::string::npos) << broken.error().text();

  GriddedArray large = rectilinear_array(signed_integer(2), little);
  large.chunks.dimensions[0].runs[1].edge = std::uint64_t{1} << 40;
  const auto refused = read_elements(
      large,
      [](const Shape& index) -> Result<std::optional<Bytes>> {
        return index[0] == 1 ? std::optional(Bytes(4)) : std::nullopt;
      },
      1000);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::limit);
}

TEST(ReadElements, IsBounded) {
  const auto nothing = [](const Shape&) -> Result<std::optional<Bytes>> { return std::nullopt; };
  auto metadata = array_of(signed_integer(2), {4}, little);
  metadata.shape = {501};
  EXPECT_EQ(read_elements(metadata, nothing, 1000).error().kind, ErrorKind::limit);
  metadata.shape = {std::numeric_limits<std::uint64_t>::max()};
  EXPECT_EQ(read_elements(metadata, nothing, 1000).error().kind, ErrorKind::limit);
  metadata.shape = {1};
  metadata.chunk_shape = {1 << 30};
  EXPECT_EQ(read_elements(metadata, nothing, 1000).error().kind, ErrorKind::limit);
  EXPECT_EQ(read_elements(array_of(string(), {1}, texts), nothing, 1000).error().kind, ErrorKind::invalid);
}

TEST(ReadElements, NamesTheChunkThatIsBroken) {
  const auto metadata = array_of(signed_integer(2), {2, 2}, little);
  const auto broken =
      read_elements(metadata, [](const Shape&) -> Result<std::optional<Bytes>> { return Bytes(3); }, 1000);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().kind, ErrorKind::corrupt);
  EXPECT_NE(broken.error().text().find("chunk [0, 0]"), std::string::npos) << broken.error().text();
}

TEST(ReadStrings, PlacesTexts) {
  auto metadata = array_of(string(), {2, 2}, texts);
  metadata.shape = {2, 3};
  metadata.fill_value = "-";
  const auto read = [](const Shape& index) -> Result<std::optional<Bytes>> {
    if (index[1] == 0) return std::nullopt;
    return encode_strings({"a", "cut", "b", "cut"});
  };
  const auto values = read_strings(metadata, read, 1000);
  ASSERT_TRUE(values) << values.error().text();
  EXPECT_EQ(*values, (std::vector<std::string>{"-", "-", "a", "-", "-", "b"}));
  EXPECT_EQ(read_strings(metadata, read, 10).error().kind, ErrorKind::limit);
}

TEST(ReadStrings, PlacesChunksOfDifferentShapes) {
  GriddedArray array = rectilinear_array(string(), texts);
  array.metadata.fill_value = "-";
  const auto read = [](const Shape& index) -> Result<std::optional<Bytes>> {
    if (index == Shape{0, 0}) return encode_strings({"a", "b"});
    if (index == Shape{1, 1}) return encode_strings({"c", "d", "e"});
    return std::nullopt;
  };
  const auto values = read_strings(array, read, 1000);
  ASSERT_TRUE(values) << values.error().text();
  EXPECT_EQ(*values,
            (std::vector<std::string>{"a", "b", "-", "-", "-", "c", "-", "-", "d", "-", "-", "e", "-", "-", "-"}));
}

TEST(AsNumbers, ConvertsExactlyOrRefuses) {
  using Integers = std::vector<std::int64_t>;
  EXPECT_EQ(*as_integers(unsigned_integer(1), Bytes{255, 0}), (Integers{255, 0}));
  EXPECT_EQ(*as_integers(floating(8), bytes_of<double>({3, -4})), (Integers{3, -4}));
  EXPECT_EQ(*as_integers(floating(2), Bytes{0, 0xc0}), (Integers{-2}));
  EXPECT_EQ(*as_doubles(floating(4), bytes_of<float>({0.5})), std::vector<double>{0.5});
  EXPECT_EQ(*as_doubles(signed_integer(8), bytes_of<std::int64_t>({-(1LL << 53)})), std::vector<double>{-0x1p53});
  EXPECT_EQ(as_doubles(signed_integer(8), bytes_of<std::int64_t>({(1LL << 53) + 1})).error().kind, ErrorKind::invalid);
  EXPECT_EQ(
      as_doubles(signed_integer(8), bytes_of<std::int64_t>({std::numeric_limits<std::int64_t>::min()})).error().kind,
      ErrorKind::invalid);
  EXPECT_EQ(as_integers(unsigned_integer(8), Bytes(8, 0xff)).error().kind, ErrorKind::invalid);
  for (const double value : {0.5, 1e300, std::nan(""), -HUGE_VAL}) {
    EXPECT_EQ(as_integers(floating(8), bytes_of<double>({value})).error().kind, ErrorKind::invalid) << value;
  }
  EXPECT_EQ(as_doubles(boolean(), Bytes(1)).error().kind, ErrorKind::invalid);
  EXPECT_EQ(as_doubles(floating(4), Bytes(3)).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace vdp::zarr
