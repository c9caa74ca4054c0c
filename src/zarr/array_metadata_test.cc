#include "zarr/array_metadata.h"

#include <gtest/gtest.h>

#include <limits>

namespace vdp::zarr {
namespace {

Json json(std::string_view text) { return *parse_json(text); }

/// As zarr-python 3.4 writes it.
const Json document = json(R"({
  "shape": [4, 0, 7], "data_type": "float32",
  "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 1, 3]}},
  "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
  "fill_value": "NaN",
  "codecs": [{"name": "bytes", "configuration": {"endian": "little"}},
             {"name": "zstd", "configuration": {"level": 0, "checksum": false}}],
  "attributes": {"units": "K"}, "dimension_names": ["x", null, "z"],
  "zarr_format": 3, "node_type": "array", "storage_transformers": []})");

Json changed(std::string_view patch) {
  Json copy = document;
  copy.merge_patch(json(patch));
  return copy;
}

TEST(ArrayMetadata, GoesThroughJsonUnchanged) {
  const auto metadata = parse_array_metadata(document);
  ASSERT_TRUE(metadata) << metadata.error().text();
  EXPECT_TRUE(same_json(to_json(*metadata), document)) << zarr_json(*metadata);
  EXPECT_TRUE(same_json(*parse_json(zarr_json(*metadata)), document));
  EXPECT_EQ(metadata->grid_shape(), (Shape{2, 0, 3}));
  EXPECT_EQ(metadata->dimension("z"), 2u);
  EXPECT_EQ(metadata->dimension("y"), std::nullopt);
}

TEST(ArrayMetadata, AScalarHasAGridOfOneChunk) {
  Json scalar = document;
  scalar["shape"] = Json::array();
  scalar["chunk_grid"]["configuration"]["chunk_shape"] = Json::array();
  scalar.erase("dimension_names");
  const auto metadata = parse_array_metadata(scalar);
  ASSERT_TRUE(metadata) << metadata.error().text();
  EXPECT_EQ(metadata->rank(), 0u);
  EXPECT_EQ(metadata->grid_shape(), Shape{});
  EXPECT_FALSE(to_json(*metadata).contains("dimension_names"));
}

TEST(ArrayMetadata, HugeShapesCostNothing) {
  ArrayMetadata metadata;
  metadata.shape = {std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max()};
  metadata.chunk_shape = {1, std::numeric_limits<std::uint64_t>::max()};
  EXPECT_EQ(metadata.grid_shape(), (Shape{std::numeric_limits<std::uint64_t>::max(), 1}));
}

TEST(ArrayMetadata, AcceptsWhatOtherWritersMean) {
  for (const char* patch : {R"({"chunk_key_encoding": {"name": "v2", "configuration": {"separator": "."}}})",
                            R"({"chunk_key_encoding": "v2"})", R"({"dimension_names": null})",
                            R"({"attributes": null})", R"({"storage_transformers": null})", R"({"codecs": ["bytes"]})",
                            R"({"hint": {"must_understand": false, "x": 1}})"}) {
    const auto metadata = parse_array_metadata(changed(patch));
    EXPECT_TRUE(metadata) << patch << ": " << metadata.error().text();
  }
}

TEST(ArrayMetadata, NamesWhatItDoesNotSupport) {
  for (const char* patch :
       {R"({"zarr_format": 2})", R"({"chunk_grid": {"name": "rectilinear", "configuration": {}}})",
        R"({"chunk_key_encoding": {"name": "base64"}})", R"({"storage_transformers": [{"name": "x"}]})",
        R"({"data_type": "bfloat16"})", R"({"novelty": 1})", R"({"novelty": {"must_understand": true}})"}) {
    const auto metadata = parse_array_metadata(changed(patch));
    ASSERT_FALSE(metadata) << patch;
    EXPECT_EQ(metadata.error().kind, ErrorKind::unsupported) << metadata.error().text();
  }
  EXPECT_NE(parse_array_metadata(changed(R"({"novelty": 1})")).error().text().find("novelty"), std::string::npos);
}

TEST(ArrayMetadata, RefusesBrokenDocuments) {
  for (const char* patch : {R"({"shape": null})",
                            R"({"shape": 3})",
                            R"({"shape": [1, -1, 1]})",
                            R"({"shape": [1, 1.5, 1]})",
                            R"({"shape": [1, 18446744073709551616, 1]})",
                            R"({"shape": [1, 2]})",
                            R"({"data_type": null})",
                            R"({"chunk_grid": {"configuration": {"chunk_shape": [1, 0, 1]}}})",
                            R"({"chunk_grid": 5})",
                            R"({"chunk_grid": {"configuration": {"chunk_shape": null}}})",
                            R"({"fill_value": null})",
                            R"({"fill_value": "x"})",
                            R"({"codecs": []})",
                            R"({"codecs": [3]})",
                            R"({"codecs": [{"configuration": {}}]})",
                            R"({"codecs": [{"name": "bytes", "configuration": 3}]})",
                            R"({"dimension_names": ["x"]})",
                            R"({"dimension_names": [1, 2, 3]})",
                            R"({"attributes": [1]})",
                            R"({"node_type": "group"})",
                            R"({"node_type": null})",
                            R"({"chunk_key_encoding": null})"}) {
    const auto metadata = parse_array_metadata(changed(patch));
    ASSERT_FALSE(metadata) << patch;
    EXPECT_EQ(metadata.error().kind, ErrorKind::corrupt) << patch << ": " << metadata.error().text();
  }
  EXPECT_EQ(parse_array_metadata(json("[]")).error().kind, ErrorKind::corrupt);
}

TEST(ArrayMetadata, AttributesAreStoredAsPlainJson) {
  auto metadata = *parse_array_metadata(document);
  metadata.attributes = {{"bad", std::numeric_limits<double>::quiet_NaN()}, {"deep", {{"worse", {1.0, HUGE_VAL}}}}};
  const auto stored = parse_json(zarr_json(metadata));
  ASSERT_TRUE(stored) << stored.error().text();
  EXPECT_EQ((*stored)["attributes"]["bad"], "NaN");
  EXPECT_EQ((*stored)["attributes"]["deep"]["worse"][1], "Infinity");
  const auto group = parse_json(zarr_json_group(metadata.attributes));
  ASSERT_TRUE(group);
  EXPECT_EQ((*group)["node_type"], "group");
  EXPECT_EQ((*group)["attributes"]["bad"], "NaN");
}

TEST(ArrayMetadata, TextThatIsNoUtf8IsReplacedNotThrown) {
  auto metadata = *parse_array_metadata(document);
  metadata.attributes = {{"latin1", "caf\xe9"}};
  EXPECT_NE(zarr_json(metadata).find("caf\xef\xbf\xbd"), std::string::npos);
}

TEST(Codec, ConfigurationsCompareByMeaning) {
  const Codec a{"x", json(R"({"a": 1, "b": 2})")};
  EXPECT_TRUE(same_codec(a, {"x", json(R"({"b": 2, "a": 1})")}));
  EXPECT_FALSE(same_codec(a, {"x", json(R"({"b": 2, "a": 2})")}));
  EXPECT_FALSE(same_codec(a, {"y", a.configuration}));
}

TEST(Codec, EmptyConfigurationsAreWrittenAsZarrPythonDoes) {
  auto metadata = *parse_array_metadata(document);
  metadata.codecs = {{"bytes", Json::object()}, {"numcodecs.fletcher32", Json::object()}};
  const Json codecs = to_json(metadata)["codecs"];
  EXPECT_EQ(codecs[0], json(R"({"name": "bytes"})"));
  EXPECT_EQ(codecs[1], json(R"({"name": "numcodecs.fletcher32", "configuration": {}})"));
}

}  // namespace
}  // namespace vdp::zarr
