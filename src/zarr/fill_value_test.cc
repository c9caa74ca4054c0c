#include "zarr/fill_value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/json.h"
#include "zarr/float16.h"

namespace vdp::zarr {
namespace {

Json json(std::string_view text) { return *parse_json(text); }

DataType type_of(std::string_view text) { return *parse_data_type(json(text)); }

struct Pair {
  const char* type;
  const char* fill;  ///< as zarr-python writes it
  Bytes element;
};

const Pair pairs[] = {
    {R"("bool")", "true", {1}},
    {R"("int8")", "-1", {0xff}},
    {R"("int16")", "-2", {0xfe, 0xff}},
    {R"("int64")", "-9223372036854775808", {0, 0, 0, 0, 0, 0, 0, 0x80}},
    {R"("uint64")", "18446744073709551615", {255, 255, 255, 255, 255, 255, 255, 255}},
    {R"("float16")", "0.0999755859375", {0x66, 0x2e}},
    {R"("float32")", "1.0000000200408773e+20", {0xec, 0x78, 0xad, 0x60}},
    {R"("float32")", R"("NaN")", {0, 0, 0xc0, 0x7f}},
    {R"("float64")", R"("-Infinity")", {0, 0, 0, 0, 0, 0, 0xf0, 0xff}},
    {R"("complex64")", R"(["NaN", 1.0])", {0, 0, 0xc0, 0x7f, 0, 0, 0x80, 0x3f}},
    {R"({"name": "null_terminated_bytes", "configuration": {"length_bytes": 5}})", R"("YWI=")", {'a', 'b', 0, 0, 0}},
    {R"({"name": "null_terminated_bytes", "configuration": {"length_bytes": 2}})", R"("")", {0, 0}},
    {R"({"name": "raw_bytes", "configuration": {"length_bytes": 4}})", R"("AQIDAA==")", {1, 2, 3, 0}},
    {R"({"name": "fixed_length_utf32", "configuration": {"length_bytes": 12}})",
     "\"a\xc3\xa9\"",
     {'a', 0, 0, 0, 0xe9, 0, 0, 0, 0, 0, 0, 0}},
    {R"({"name": "fixed_length_utf32", "configuration": {"length_bytes": 8}})",
     "\"\xe6\x97\xa5\xf0\x9f\xa7\x8a\"",
     {0xe5, 0x65, 0, 0, 0xca, 0xf9, 1, 0}},
    {R"({"name": "numpy.datetime64", "configuration": {"unit": "ns", "scale_factor": 1}})",
     "-9223372036854775808",
     {0, 0, 0, 0, 0, 0, 0, 0x80}},
    {R"({"name": "struct", "configuration": {"fields": [{"name": "a", "data_type": "int16"},
         {"name": "b", "data_type": "float32"}]}})",
     R"({"a": 1, "b": 1.0})",
     {1, 0, 0, 0, 0x80, 0x3f}},
    {R"("string")", R"("")", {}},
};

TEST(FillValue, GoesFromJsonToBytesAndBack) {
  for (const auto& [type_text, fill, element] : pairs) {
    const DataType type = type_of(type_text);
    const auto bytes = fill_element(type, json(fill));
    ASSERT_TRUE(bytes) << type_text << ": " << bytes.error().text();
    EXPECT_EQ(*bytes, element) << type_text << " " << fill;
    const auto back = fill_value_of(type, *bytes);
    ASSERT_TRUE(back) << type_text << ": " << back.error().text();
    EXPECT_EQ(back->dump(), json(fill).dump()) << type_text;
  }
}

TEST(FillValue, ReadsTheOtherFormsOfTheSpecification) {
  EXPECT_EQ(*fill_element(floating(4), "0x7fc00001"), (Bytes{0x01, 0, 0xc0, 0x7f}));
  EXPECT_EQ(*fill_element(floating(8), "0x3ff0000000000000"), (Bytes{0, 0, 0, 0, 0, 0, 0xf0, 0x3f}));
  EXPECT_EQ(*fill_element(floating(4), 1), (Bytes{0, 0, 0x80, 0x3f}));
  EXPECT_EQ(*fill_element(signed_integer(4), 7.0), (Bytes{7, 0, 0, 0}));
  EXPECT_EQ(*fill_element(raw_bytes(2), json("[1, 255]")), (Bytes{1, 255}));
  EXPECT_EQ(*fill_element(type_of(pairs[15].type), "NaT"), pairs[15].element);
  EXPECT_EQ(*fill_element(type_of(pairs[16].type), "AQAAAIA/"), pairs[16].element);
}

TEST(FillValue, RefusesWhatIsNoneOfTheType) {
  const std::pair<const char*, const char*> misfits[] = {
      {R"("bool")", "1"},
      {R"("int8")", "128"},
      {R"("int8")", "-129"},
      {R"("int16")", "1.5"},
      {R"("uint8")", "-1"},
      {R"("uint8")", "256"},
      {R"("int64")", "9223372036854775808"},
      {R"("int64")", "1e300"},
      {R"("uint64")", "-1.0"},
      {R"("int32")", "null"},
      {R"("float32")", R"("nan")"},
      {R"("float32")", R"("0x7fc0")"},
      {R"("float32")", R"("0x7fc0000g")"},
      {R"("float32")", "null"},
      {R"("complex64")", "1"},
      {R"("complex64")", "[1]"},
      {R"("string")", "0"},
      {R"("r16")", R"("AQ==")"},
      {R"("r16")", "[1, 256]"},
      {R"("r16")", R"("!!")"},
      {R"({"name": "null_terminated_bytes", "configuration": {"length_bytes": 1}})", R"("YWI=")"},
      {R"({"name": "fixed_length_utf32", "configuration": {"length_bytes": 4}})", R"("ab")"},
  };
  for (const auto& [type, fill] : misfits) {
    const auto element = fill_element(type_of(type), json(fill));
    ASSERT_FALSE(element) << type << " " << fill;
    EXPECT_EQ(element.error().kind, ErrorKind::corrupt) << element.error().text();
  }
  EXPECT_EQ(fill_element(type_of(pairs[16].type), json(R"({"a": 1})")).error().kind, ErrorKind::corrupt);
  // Text that is no UTF-8 comes from attributes, not from parsed JSON.
  EXPECT_EQ(fill_element(type_of(pairs[13].type), Json("\xff")).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(fill_value_of(floating(4), Bytes(3)).error().kind, ErrorKind::internal);
  EXPECT_EQ(fill_value_of(type_of(pairs[14].type), Bytes(8, 0xff)).error().kind, ErrorKind::corrupt);
}

TEST(FillValue, EveryTypeHasADefault) {
  for (const auto& pair : pairs) {
    const DataType type = type_of(pair.type);
    EXPECT_TRUE(fill_element(type, default_fill_value(type))) << pair.type;
  }
  EXPECT_EQ(default_fill_value(floating(4)).dump(), "0.0");
  EXPECT_EQ(default_fill_value(unsigned_integer(1)).dump(), "0");
}

TEST(Float16, EveryBitPatternComesBack) {
  for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const double value = float16_to_double(static_cast<std::uint16_t>(bits));
    if (std::isnan(value)) continue;
    EXPECT_EQ(double_to_float16(value), bits);
  }
}

TEST(Float16, RoundsToEven) {
  EXPECT_EQ(double_to_float16(1 + 0x1p-11), 0x3c00);            // half-way, down to even
  EXPECT_EQ(double_to_float16(1 + 0x1p-10 + 0x1p-11), 0x3c02);  // half-way, up to even
  EXPECT_EQ(double_to_float16(65519.99), 0x7bff);
  EXPECT_EQ(double_to_float16(65520), 0x7c00);
  EXPECT_EQ(double_to_float16(1e300), 0x7c00);
  EXPECT_EQ(double_to_float16(-0x1p-25), 0x8000);
  EXPECT_EQ(double_to_float16(0x1.8p-25), 0x0001);
  EXPECT_TRUE(std::isnan(float16_to_double(double_to_float16(std::numeric_limits<double>::quiet_NaN()))));
}

}  // namespace
}  // namespace vdp::zarr
