// Detection, sources and the inspect document.
#include <gtest/gtest.h>

#include "base/json.h"
#include "formats/hdf5/testdata.h"
#include "formats/inspect.h"
#include "formats/parse.h"
#include "store/open_store.h"

namespace vdp {
namespace {

using namespace std::string_literals;

Error refusal(std::string_view bytes) {
  const auto source = memory_source(to_bytes(bytes), "memory://test/file");
  const auto tree = parse_source(*source, "auto");
  EXPECT_FALSE(tree);
  return tree ? Error{} : tree.error();
}

TEST(ParseSource, SaysWhatAFileIsThatHasNoReader) {
  EXPECT_EQ(refusal("GRIB and so on").text(), "memory://test/file: a grib file; only hdf5 and netcdf3 are implemented");
  EXPECT_NE(refusal("GRIB....").message.find("grib"), std::string::npos);
  EXPECT_NE(refusal("II*\0...."s).message.find("tiff"), std::string::npos);
  EXPECT_NE(refusal("SIMPLE  =                    T").message.find("fits"), std::string::npos);
  EXPECT_NE(refusal("\x0e\x03\x13\x01....").message.find("hdf4"), std::string::npos);
  EXPECT_EQ(refusal("GRIB....").kind, ErrorKind::unsupported);
}

TEST(ParseSource, RefusesWhatIsNoFormatAtAll) {
  EXPECT_NE(refusal("").message.find("empty"), std::string::npos);
  EXPECT_NE(refusal(std::string(4096, '\0')).message.find("zeros"), std::string::npos);
  EXPECT_NE(refusal("<html>not found</html>\n").message.find("<html>not found"), std::string::npos);
  EXPECT_NE(refusal("\x01\x02\x03\xff").message.find("01 02 03 ff"), std::string::npos);
  EXPECT_EQ(refusal("").kind, ErrorKind::corrupt);
}

TEST(ParseSource, UnknownFormatNamesAreUnsupported) {
  const auto source = memory_source(hdf5::read_testdata("netcdf.nc"), "memory://test/file");
  EXPECT_EQ(parse_source(*source, "grib2").error().kind, ErrorKind::unsupported);
  EXPECT_TRUE(parse_source(*source, "hdf5"));
}

TEST(ParseSource, AFileMustHaveTheFormatThatIsNamed) {
  const Bytes empty_classic_file = to_bytes("CDF\x01"s + std::string(28, '\0'));
  const auto classic = memory_source(empty_classic_file, "memory://test/classic");
  const auto hdf5 = memory_source(hdf5::read_testdata("netcdf.nc"), "memory://test/hdf5");
  EXPECT_EQ(parse_source(*classic, "auto")->format, "netcdf3");
  EXPECT_EQ(parse_source(*classic, "netcdf3")->format, "netcdf3");
  EXPECT_EQ(parse_source(*classic, "hdf5").error().text(), "memory://test/classic: a netcdf3 file, expected hdf5");
  EXPECT_EQ(parse_source(*hdf5, "netcdf3").error().text(), "memory://test/hdf5: an hdf5 file, expected netcdf3");
}

TEST(ParseSource, ATextThatBeginsLikeASignatureIsAText) {
  EXPECT_NE(refusal("CDFs and other letters\n").message.find("CDFs and"), std::string::npos);
}

TEST(ObjectSource, IsLocatedByAUrl) {
  auto store = *open_store("memory://formats-odd-name/");
  const std::string key = "a b/#1 100%20.nc";
  ASSERT_TRUE(store->put(key, {}));
  const auto source = open_source(store, key);
  ASSERT_TRUE(source) << source.error().text();
  EXPECT_EQ((*source)->location().url, "memory://formats-odd-name/a%20b/%231%20100%2520.nc");
}

TEST(ObjectSource, ReadsOneVersionOfAnObject) {
  auto store = open_store("memory://formats-object-source/");
  ASSERT_TRUE(store);
  const Bytes bytes = hdf5::read_testdata("netcdf.nc");
  const auto info = (*store)->put("a/file.nc", bytes);
  ASSERT_TRUE(info);
  auto source = open_source(*store, "a/file.nc");
  ASSERT_TRUE(source) << source.error().text();
  EXPECT_EQ((*source)->size(), bytes.size());
  EXPECT_EQ((*source)->location().url, (*store)->url() + "a/file.nc");
  EXPECT_EQ((*source)->location().etag, info->etag);
  const std::vector<ByteRange> ranges = {{0, 4}, {100, 3}};
  const auto read = (*source)->read(ranges);
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)[1], Bytes(bytes.begin() + 100, bytes.begin() + 103));
  const auto tree = parse_source(**source, "auto");
  ASSERT_TRUE(tree) << tree.error().text();
}

TEST(ObjectSource, AMissingObjectIsNamed) {
  auto store = open_store("memory://formats-object-source/");
  ASSERT_TRUE(store);
  const auto source = open_source(*store, "nowhere.nc");
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, ErrorKind::not_found);
  EXPECT_NE(source.error().text().find("nowhere.nc"), std::string::npos);
}

TEST(ObjectSource, ALocalFileHasATimeRoundedUpAndNoEtag) {
  auto store = open_store(testing::TempDir());
  ASSERT_TRUE(store);
  const auto info = (*store)->put("vdp_local_source.nc", hdf5::read_testdata("netcdf.nc"));
  ASSERT_TRUE(info);
  const auto source = open_source(*store, "vdp_local_source.nc");
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->location().etag, "");
  EXPECT_GE((*source)->location().last_modified_s * 1'000'000, info->last_modified_us);
  EXPECT_LT((*source)->location().last_modified_s * 1'000'000, info->last_modified_us + 1'000'000);
}

TEST(Inspect, TheDocumentOfATree) {
  VirtualTree tree;
  tree.format = "hdf5";
  tree.source.url = "file:///a.nc";
  tree.groups["/"] = {{"limit", std::numeric_limits<double>::infinity()}};
  VirtualArray& array = tree.arrays["/x"];
  array.metadata.shape = {3};
  array.metadata.chunk_shape = {2};
  array.metadata.data_type = zarr::floating(4);
  array.metadata.fill_value = 0.0;
  array.metadata.codecs = zarr::native_codecs(array.metadata.data_type);
  array.metadata.dimension_names = {"t"};
  array.manifest = ChunkManifest({2});
  array.manifest.set_virtual(1, {array.manifest.add_location(tree.source), 10, 8});
  array.manifest.set_inline(0, Bytes{1});
  tree.skipped = {{"/y", "because"}};

  const auto document = inspect_document(tree);
  ASSERT_TRUE(document);
  EXPECT_EQ((*document)["groups"]["/"]["attributes"]["limit"]["$float"], "Infinity");
  const Json& chunks = (*document)["arrays"]["/x"]["chunks"];
  EXPECT_EQ(chunks["0"]["inline"], "AQ==");
  EXPECT_EQ(chunks["1"], (Json{"{file}", 10, 8}));
  EXPECT_EQ((*document)["arrays"]["/x"]["grid"], Json::array({2}));
  EXPECT_FALSE((*document)["arrays"]["/x"]["metadata"].contains("attributes"));
  EXPECT_EQ((*document)["skipped"][0]["reason"], "because");

  EXPECT_EQ((*inspect_document(tree, {true, 20000}))["arrays"]["/x"]["chunks"]["1"][0], "file:///a.nc");
  // sha256 of "0 AQ==\n1 {file} 10 8\n"
  EXPECT_EQ((*inspect_document(tree, {false, 1}))["arrays"]["/x"]["chunks"]["sha256"],
            "b648ea51343ac2706712d76acbb15bff840a3406d89b965ebf1d2d4771254f17");
}

}  // namespace
}  // namespace vdp
