#include "formats/hdf5/parse.h"

#include <gtest/gtest.h>

#include <cmath>

#include "formats/hdf5/testdata.h"
#include "formats/inspect.h"

namespace vdp::hdf5 {
namespace {

struct Parsed {
  std::unique_ptr<ByteSource> source;
  VirtualTree tree;

  const VirtualArray& array(const std::string& path) const { return tree.arrays.at(path); }
  std::vector<double> values(const std::string& path) const {
    const auto& own = array(path);
    auto elements = zarr::read_elements(own.metadata, chunk_reader(*source, own), 1 << 20);
    EXPECT_TRUE(elements) << elements.error().text();
    return zarr::as_doubles(own.metadata.data_type, elements.value_or(Bytes{})).value_or(std::vector<double>{});
  }
  std::string why_skipped(const std::string& path) const {
    std::string reasons;
    for (const SkippedObject& object : tree.skipped) reasons += object.path == path ? object.reason + ";" : "";
    return reasons;
  }
};

Parsed parse_testdata(const std::string& name, const ReadPlan& plan = local_read_plan()) {
  Parsed parsed;
  parsed.source = memory_source(read_testdata(name), "memory://test/" + name);
  auto tree = parse(*parsed.source, {}, plan);
  EXPECT_TRUE(tree) << tree.error().text();
  if (tree) parsed.tree = std::move(*tree);
  return parsed;
}

std::vector<std::string> names(const zarr::ArrayMetadata& metadata) {
  std::vector<std::string> result;
  for (const auto& name : metadata.dimension_names) result.push_back(name.value_or("?"));
  return result;
}

std::vector<double> counting(int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(i);
  return values;
}

TEST(Hdf5Parse, ValuesOfEveryLayoutReadBack) {
  const Parsed file = parse_testdata("classic.h5");
  EXPECT_EQ(file.values("/chunked"), counting(35));
  EXPECT_EQ(file.values("/big_endian"), counting(3));
  EXPECT_EQ(file.values("/growing"), counting(3));
  EXPECT_EQ(file.values("/compact"), (std::vector<double>{5, 6}));
  EXPECT_EQ(file.values("/group/inner"), (std::vector<double>{-3}));
  EXPECT_EQ(file.values("/soft"), (std::vector<double>{-3}));
}

TEST(Hdf5Parse, FiltersBecomeCodecsInPipelineOrder) {
  const Parsed file = parse_testdata("classic.h5");
  std::vector<std::string> codecs;
  for (const auto& codec : file.array("/chunked").metadata.codecs) codecs.push_back(codec.name);
  EXPECT_EQ(codecs, (std::vector<std::string>{"bytes", "numcodecs.shuffle", "numcodecs.zlib", "numcodecs.fletcher32"}));
  EXPECT_EQ(file.array("/big_endian").metadata.codecs[0].configuration["endian"], "big");
}

TEST(Hdf5Parse, AnUnwrittenDatasetHasItsChunkGridAndItsFillValue) {
  const Parsed file = parse_testdata("classic.h5");
  const VirtualArray& array = file.array("/unwritten");
  EXPECT_EQ(array.manifest.grid_shape(), (zarr::Shape{3, 1}));
  EXPECT_EQ(array.manifest.size(), 0U);
  EXPECT_EQ(file.values("/unwritten"), std::vector<double>(15, 7.0));
}

TEST(Hdf5Parse, AChunkLongerThanItsUnfilteredArrayIsTrimmed) {
  const Parsed file = parse_testdata("classic.h5");
  const VirtualArray& array = file.array("/growing");
  EXPECT_EQ(array.metadata.chunk_shape, (zarr::Shape{3}));
  EXPECT_EQ(array.manifest.find(0)->ref.length, 24U);
}

TEST(Hdf5Parse, VariableLengthStringsAreInlined) {
  const Parsed file = parse_testdata("classic.h5");
  const VirtualArray& array = file.array("/texts");
  EXPECT_EQ(array.metadata.data_type, zarr::string());
  const auto texts = zarr::read_strings(array.metadata, chunk_reader(*file.source, array), 1 << 20);
  ASSERT_TRUE(texts) << texts.error().text();
  EXPECT_EQ(*texts, (std::vector<std::string>{"a", "bé", ""}));
}

TEST(Hdf5Parse, AttributesAsNetcdfUsersKnowThem) {
  const Parsed file = parse_testdata("classic.h5");
  EXPECT_EQ(file.tree.groups.at("/")["title"], "a test");
  EXPECT_EQ(file.tree.groups.at("/")["empty"], " ");
  const Json& attributes = file.array("/chunked").metadata.attributes;
  EXPECT_EQ(attributes["names"], (Json{"x", "yy"}));
  EXPECT_EQ(attributes["values"][0], 1.5);
  EXPECT_TRUE(std::isnan(attributes["values"][1].get<double>()));
}

TEST(Hdf5Parse, WhatCannotBeRepresentedIsSkippedByName) {
  const Parsed file = parse_testdata("classic.h5");
  EXPECT_NE(file.why_skipped("/null").find("null dataspace"), std::string::npos);
  EXPECT_NE(file.why_skipped("/chunked").find("attribute bad"), std::string::npos);
  EXPECT_NE(file.why_skipped("/dangling").find("/nowhere"), std::string::npos);
  EXPECT_NE(file.why_skipped("/external").find("other.h5"), std::string::npos);
  EXPECT_NE(file.why_skipped("/group/loop").find("which contains it"), std::string::npos);
  EXPECT_FALSE(file.tree.arrays.contains("/null"));
  EXPECT_EQ(file.tree.skipped.size(), 5U);
}

TEST(Hdf5Parse, FiltersThatAllChunksLeftOutAreNoCodecs) {
  const Parsed file = parse_testdata("classic.h5");
  EXPECT_EQ(file.values("/masked"), counting(4));
  EXPECT_EQ(file.array("/masked").metadata.codecs.size(), 1U);
  EXPECT_EQ(file.array("/masked").manifest.find(0)->ref.length, 4U);
}

TEST(Hdf5Parse, SmallArraysThatNoCodecListDescribesAreInlined) {
  const Parsed file = parse_testdata("filtered.h5");
  EXPECT_TRUE(file.tree.skipped.empty());
  for (const char* path : {"/szip", "/scaleoffset", "/edges"}) {
    EXPECT_EQ(file.values(path), counting(24)) << path;
    EXPECT_NE(file.array(path).manifest.find(0)->inlined, nullptr) << path;
  }
  EXPECT_EQ(file.values("/lzf"), counting(24));  // of so few bytes lzf makes no fewer: nothing but references
  EXPECT_EQ(file.array("/lzf").manifest.find(0)->inlined, nullptr);
  EXPECT_EQ(file.values("/some_masked"), counting(4));
}

TEST(Hdf5Parse, SharedMessagesAreReadFromTheirTable) {
  const Parsed file = parse_testdata("shared.h5");
  EXPECT_TRUE(file.tree.skipped.empty());
  for (const char* path : {"/x", "/y"}) {
    EXPECT_EQ(file.values(path), counting(6)) << path;
    EXPECT_EQ(file.array(path).metadata.attributes["note"], "the same on both");
  }
  EXPECT_EQ(file.array("/x").metadata.attributes["dense_7"], "a text that is shared 1");
}

TEST(Hdf5Parse, DenseLinksAndAttributes) {
  const Parsed file = parse_testdata("dense.h5");
  EXPECT_EQ(file.tree.groups.size(), 13U);
  EXPECT_EQ(file.tree.groups.at("/group_11")["number"], 11);
  const Json& attributes = file.tree.groups.at("/group_03");
  EXPECT_EQ(attributes["attribute_07"], 3.5);
  ASSERT_EQ(attributes["large"].size(), 700U);
  EXPECT_EQ(attributes["large"][699], 699.0);
  EXPECT_EQ(file.values("/group_03/data"), counting(4));
  EXPECT_TRUE(file.tree.skipped.empty());
}

TEST(Hdf5Parse, NetcdfDimensions) {
  const Parsed file = parse_testdata("netcdf.nc");
  EXPECT_EQ(names(file.array("/v").metadata), (std::vector<std::string>{"time", "lat"}));
  EXPECT_EQ(names(file.array("/time").metadata), (std::vector<std::string>{"time"}));
  EXPECT_EQ(names(file.array("/inner/w").metadata), (std::vector<std::string>{"lat"}));
  EXPECT_EQ(names(file.array("/lat_bnds").metadata), (std::vector<std::string>{"lat", "nv"}));
  EXPECT_FALSE(file.tree.arrays.contains("/nv"));  // a dimension, not a variable
  EXPECT_EQ(file.array("/v").metadata.attributes["_FillValue"], "AAAAgB2vFUQ=");
  EXPECT_EQ(file.values("/v"), counting(12));
}

TEST(Hdf5Parse, ANetcdfVariableIsAsLongAsItsUnlimitedDimension) {
  const Parsed file = parse_testdata("records.nc");
  EXPECT_EQ(file.array("/long").metadata.shape, (zarr::Shape{5, 3}));
  EXPECT_EQ(file.values("/long"), counting(15));
  EXPECT_EQ(file.array("/unwritten").metadata.shape, (zarr::Shape{5}));
  EXPECT_EQ(file.values("/unwritten"), std::vector<double>(5, -7.0));
  EXPECT_EQ(file.values("/short"),
            (std::vector<double>{0, 1, 2, -7, 3, 4, 5, -7, -7, -7, -7, -7, -7, -7, -7, -7, -7, -7, -7, -7}));
}

TEST(Hdf5Parse, ChunkIndexesOfTheNewerLayouts) {
  const Parsed file = parse_testdata("indexes.h5");
  EXPECT_EQ(file.values("/single"), counting(6));
  EXPECT_EQ(file.values("/fixed"), counting(24));
  EXPECT_EQ(file.values("/fixed_filtered"), counting(24));
  EXPECT_EQ(file.values("/extensible"), counting(60));
  EXPECT_EQ(file.values("/extensible_axis_1"), counting(24));
  EXPECT_EQ(file.values("/tree"), counting(24));
  EXPECT_EQ(file.values("/implicit"), counting(24));
  std::vector<double> paged(1100, 9.0);
  paged[1098] = 1;
  paged[1099] = 2;
  EXPECT_EQ(file.values("/fixed_paged"), paged);
  std::vector<double> far(400, 0.0);
  far[399] = 5;
  EXPECT_EQ(file.values("/extensible_far"), far);
  EXPECT_EQ(file.array("/extensible_far").manifest.size(), 1U);
}

TEST(Hdf5Parse, SmallReadsFindTheSame) {
  for (const char* name :
       {"classic.h5", "dense.h5", "netcdf.nc", "indexes.h5", "records.nc", "shared.h5", "filtered.h5"}) {
    const Parsed whole = parse_testdata(name);
    const Parsed pieces = parse_testdata(name, {0, 64, 0, 1});
    EXPECT_EQ(dump_sorted(*inspect_document(whole.tree), 1), dump_sorted(*inspect_document(pieces.tree), 1)) << name;
    EXPECT_EQ(whole.source->counters.rounds, 1U);
    EXPECT_LT(pieces.source->counters.rounds, 20U) << name;  // levels go out together
  }
}

TEST(Hdf5Parse, ATruncatedFileIsOneErrorThatNamesBothSizes) {
  Bytes bytes = read_testdata("netcdf.nc");
  const std::size_t full = bytes.size();
  bytes.resize(full - 1);
  const auto tree = parse(*memory_source(bytes, "memory://test/x"), {});
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().kind, ErrorKind::corrupt);
  EXPECT_NE(tree.error().message.find(std::to_string(full)), std::string::npos) << tree.error().text();
  EXPECT_NE(tree.error().message.find(std::to_string(full - 1)), std::string::npos);
}

TEST(Hdf5Parse, AUserBlockMovesEveryAddress) {
  Bytes bytes = read_testdata("netcdf.nc");
  bytes.insert(bytes.begin(), 512, std::uint8_t{0});
  Parsed moved;
  moved.source = memory_source(bytes, "memory://test/moved");
  auto tree = parse(*moved.source, {});
  ASSERT_TRUE(tree) << tree.error().text();
  moved.tree = std::move(*tree);
  EXPECT_EQ(moved.values("/v"), counting(12));
}

TEST(Hdf5Parse, LimitsHold) {
  const auto parse_with = [](const ParseLimits& limits) {
    return parse(*memory_source(read_testdata("classic.h5"), "memory://test/x"), limits, {0, 64, 0, 1});
  };
  EXPECT_EQ(parse_with({1 << 30, 3, 1000, 64}).error().kind, ErrorKind::limit);
  EXPECT_EQ(parse_with({1000, 1000, 1000, 64}).error().kind, ErrorKind::limit);
  EXPECT_EQ(parse_with({1 << 30, 1000, 5, 64}).error().kind, ErrorKind::limit);
}

}  // namespace
}  // namespace vdp::hdf5
