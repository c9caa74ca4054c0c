#include "zarr/data_type.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace vdp::zarr {
namespace {

Json json(std::string_view text) { return *parse_json(text); }

/// As zarr-python 3.4 writes them.
const char* const written_by_zarr_python[] = {
    R"("bool")",
    R"("int8")",
    R"("uint64")",
    R"("float16")",
    R"("complex64")",
    R"("string")",
    R"({"name": "null_terminated_bytes", "configuration": {"length_bytes": 5}})",
    R"({"name": "raw_bytes", "configuration": {"length_bytes": 4}})",
    R"({"name": "fixed_length_utf32", "configuration": {"length_bytes": 12}})",
    R"({"name": "numpy.datetime64", "configuration": {"unit": "s", "scale_factor": 10}})",
    R"({"name": "struct", "configuration": {"fields": [{"name": "a", "data_type": "int32"}, {"name": "s",
        "data_type": {"name": "struct", "configuration": {"fields": [{"name": "c", "data_type":
        {"name": "null_terminated_bytes", "configuration": {"length_bytes": 3}}}]}}}]}})",
};

TEST(DataType, GoesThroughJsonUnchanged) {
  for (const char* text : written_by_zarr_python) {
    const auto type = parse_data_type(json(text));
    ASSERT_TRUE(type) << text << ": " << type.error().text();
    EXPECT_EQ(to_json(*type), json(text)) << to_json(*type).dump();
    EXPECT_EQ(*parse_data_type(to_json(*type)), *type);
  }
}

TEST(DataType, ReadsOtherSpellings) {
  EXPECT_EQ(*parse_data_type(json(R"("r16")")), raw_bytes(2));
  EXPECT_EQ(*parse_data_type(json(R"({"name": "int16"})")), signed_integer(2));
  const auto pairs = json(R"({"name": "structured", "configuration": {"fields": [["a", "int32"], ["b", "float64"]]}})");
  const auto type = parse_data_type(pairs);
  ASSERT_TRUE(type) << type.error().text();
  EXPECT_EQ(type->size_bytes, 12u);
  EXPECT_EQ(type->fields[1].name, "b");
}

TEST(DataType, NamesWhatItDoesNotKnow) {
  for (const char* text : {R"("float8_e4m3")", R"("r7")", R"("r")", R"("r0")", R"({"name": "numpy.timedelta64",
       "configuration": {"unit": "s", "scale_factor": 1}})",
                           R"({"name": "int16", "configuration": {"odd": 1}})"}) {
    const auto type = parse_data_type(json(text));
    ASSERT_FALSE(type) << text;
    EXPECT_EQ(type.error().kind, ErrorKind::unsupported) << type.error().text();
  }
  EXPECT_NE(parse_data_type("float8_e4m3").error().text().find("float8_e4m3"), std::string::npos);
}

TEST(DataType, RefusesBrokenDocuments) {
  for (const char* text :
       {"null", "3", "[]", "{}", R"({"name": 3})", R"({"name": "raw_bytes"})",
        R"({"name": "raw_bytes", "configuration": 3})",
        R"({"name": "raw_bytes", "configuration": {"length_bytes": 0}})",
        R"({"name": "raw_bytes", "configuration": {"length_bytes": -1}})",
        R"({"name": "raw_bytes", "configuration": {"length_bytes": 1.5}})",
        R"({"name": "fixed_length_utf32", "configuration": {"length_bytes": 6}})",
        R"({"name": "struct", "configuration": {"fields": []}})",
        R"({"name": "struct", "configuration": {"fields": ["a"]}})",
        R"({"name": "numpy.datetime64", "configuration": {"unit": "fortnight", "scale_factor": 1}})"}) {
    const auto type = parse_data_type(json(text));
    ASSERT_FALSE(type) << text;
    EXPECT_EQ(type.error().kind, ErrorKind::corrupt) << text << ": " << type.error().text();
  }
}

TEST(DataType, ElementsAreBounded) {
  for (const char* length : {"16777217", "4294967296", "18446744073709551615"}) {
    const auto type = parse_data_type(
        json(std::string(R"({"name": "raw_bytes", "configuration": {"length_bytes": )") + length + "}}"));
    ASSERT_FALSE(type) << length;
    EXPECT_EQ(type.error().kind, ErrorKind::limit) << type.error().text();
  }
  Json nested = "int8";
  for (int i = 0; i < 20; ++i) {
    nested = {{"name", "struct"},
              {"configuration", {{"fields", Json::array({Json{{"name", "x"}, {"data_type", nested}}})}}}};
  }
  EXPECT_EQ(parse_data_type(nested).error().kind, ErrorKind::limit);
}

TEST(DataType, DescribesItselfForMessages) {
  EXPECT_EQ(describe(floating(4)), "float32");
  EXPECT_EQ(describe(fixed_bytes(3)), "null_terminated_bytes[3]");
  EXPECT_EQ(describe(*parse_data_type(json(written_by_zarr_python[10]))),
            "struct{a: int32, s: struct{c: null_terminated_bytes[3]}}");
  EXPECT_EQ(describe(*parse_data_type(json(written_by_zarr_python[9]))), "numpy.datetime64[10s]");
}

TEST(DataType, AxisValuesAreIntegersAndFloats) {
  EXPECT_TRUE(signed_integer(1).is_numeric());
  EXPECT_TRUE(floating(2).is_numeric());
  EXPECT_FALSE(boolean().is_numeric());
  EXPECT_FALSE(string().is_numeric());
}

}  // namespace
}  // namespace vdp::zarr
