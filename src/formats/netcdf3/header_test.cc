#include "formats/netcdf3/header.h"

#include <gtest/gtest.h>

#include "formats/netcdf3/test_header.h"

namespace vdp::netcdf3 {
namespace {

/// Of a header that is held whole.
Decoded<Header> decode(const Bytes& bytes, std::uint64_t file_size) {
  HeaderCursor cursor(bytes, file_size);
  return decode_header(cursor);
}

std::string refusal(const TestHeader& header, std::uint64_t file_size = 1 << 20) {
  const auto decoded = decode(header.file(512), file_size);
  if (decoded || decoded.error().is_missing()) return "no error";
  EXPECT_EQ(decoded.error().error().kind, ErrorKind::corrupt);
  return decoded.error().error().message;
}

class Versions : public testing::TestWithParam<int> {
 protected:
  static std::uint8_t version() { return static_cast<std::uint8_t>(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Netcdf3Header, Versions, testing::Values(1, 2, 5), testing::PrintToStringParamName());

TEST_P(Versions, EveryPartIsDecodedInItsWidth) {
  TestHeader written(version(), 7);
  written.dimensions(2).dimension("time", 0).dimension("x", 300);
  written.attributes(1).attribute("title", 2, 5, "hello");
  written.variables(1).name("v").count(2).count(0).count(1);
  written.attributes(1).attribute("n", 3, 3, std::string_view("\0\1\0\2\0\3", 6));
  written.u32(6).count(0).offset(0x01234567);
  const auto header = decode(written.bytes(), written.bytes().size());
  ASSERT_TRUE(header);
  EXPECT_EQ(header->version, version());
  EXPECT_EQ(header->record_count, 7U);
  ASSERT_EQ(header->dimensions.size(), 2U);
  EXPECT_EQ(header->dimensions[1].name, "x");
  EXPECT_EQ(header->dimensions[1].length, 300U);
  EXPECT_EQ(as_text(header->attributes.at(0).values), "hello");
  const Variable& variable = header->variables.at(0);
  EXPECT_EQ(variable.dimensions, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(variable.attributes.at(0).count(), 3U);
  EXPECT_EQ(variable.type, ExternalType::float64);
  EXPECT_EQ(variable.begin, 0x01234567U);
  EXPECT_TRUE(header->is_record_variable(variable));
  EXPECT_EQ(header->end, written.bytes().size());
}

TEST_P(Versions, ARecordCountThatIsStillToBeWritten) {
  const auto header = decode(TestHeader(version(), ~0ULL).absent().absent().absent().bytes(), 1 << 20);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->record_count, std::nullopt);
}

TEST_P(Versions, EveryPrefixIsMissingBytesOrTheEndOfTheFile) {
  TestHeader written(version(), 7);
  written.dimensions(1).dimension("x", 3).absent().variables(1).variable("v", {0}, 4, 1000);
  const Bytes& whole = written.bytes();
  for (std::size_t held = 0; held < whole.size(); ++held) {
    const Bytes beginning(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(held));
    HeaderCursor cursor(beginning, 2000);
    const auto decoded = decode_header(cursor);
    ASSERT_FALSE(decoded) << held;
    ASSERT_TRUE(decoded.error().is_missing()) << held;
    EXPECT_GT(cursor.missed_end(), held);
    EXPECT_LE(cursor.missed_end(), whole.size());
    const auto truncated = decode(beginning, held);
    ASSERT_FALSE(truncated) << held;
    ASSERT_FALSE(truncated.error().is_missing()) << held;
  }
}

TEST(Netcdf3Header, VersionsAndSignature) {
  EXPECT_EQ(refusal(TestHeader(3, 0)), "header, offset 3: version: found 3, expected 1, 2 or 5");
  const auto other = decode(to_bytes("HDF5 and so on"), 14);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().error().kind, ErrorKind::invalid);
}

TEST(Netcdf3Header, ListsNameTheirOffsetAndWhatWasFound) {
  EXPECT_EQ(refusal(TestHeader(1, 0).list(11, 1)),
            "header, offset 8: list of dimensions: found tag 11 and 1 entries, expected tag 10 or 0 and none");
  EXPECT_EQ(refusal(TestHeader(1, 0).list(0, 2)),
            "header, offset 8: list of dimensions: found tag 0 and 2 entries, expected tag 10 or 0 and none");
  EXPECT_EQ(refusal(TestHeader(1, 0).dimensions(0).attributes(0).list(10, 0)),
            "header, offset 24: list of variables: found tag 10 and 0 entries, expected tag 11 or 0 and none");
}

TEST(Netcdf3Header, CountsAreHeldAgainstTheFile) {
  EXPECT_EQ(refusal(TestHeader(1, 0).dimensions(0x7fffffff), 1016),
            "header, offset 8: list of dimensions: found 2147483647 entries, expected at most 125: the file ends");
  EXPECT_NE(refusal(TestHeader(5, 0).dimensions(1ULL << 62)).find("entries, expected at most"), std::string::npos);
  EXPECT_NE(refusal(TestHeader(5, 0).absent().attributes(1).attribute("a", 6, 1ULL << 61, "")).find("values, expected"),
            std::string::npos);
  EXPECT_NE(
      refusal(TestHeader(1, 0).absent().absent().variables(1).name("v").count(0x7fffffff)).find("dimensions: found"),
      std::string::npos);
  EXPECT_NE(refusal(TestHeader(1, 0).dimensions(1).count(0x7fffffff), 4096).find("name of a dimension"),
            std::string::npos);
}

TEST(Netcdf3Header, NegativeNumbers) {
  EXPECT_NE(refusal(TestHeader(1, 0xfffffffe)).find("number of records: found 0xfffffffe"), std::string::npos);
  EXPECT_NE(refusal(TestHeader(1, 0).dimensions(0x80000000)).find("0x80000000"), std::string::npos);
  EXPECT_NE(refusal(TestHeader(2, 0).absent().absent().variables(1).variable("v", {}, 4, ~0ULL)).find("begin"),
            std::string::npos);
}

TEST(Netcdf3Header, TypesAndDimensionsThatAreNone) {
  TestHeader with_uint64(1, 0);
  with_uint64.absent().absent().variables(1).variable("v", {}, 11, 0);
  EXPECT_NE(refusal(with_uint64).find("type of a variable: found type 11, expected 1 to 6"), std::string::npos);
  TestHeader with_0(5, 0);
  with_0.absent().attributes(1).attribute("a", 0, 0, "");
  EXPECT_NE(refusal(with_0).find("type of an attribute: found type 0, expected 1 to 11"), std::string::npos);
  TestHeader with_other(1, 0);
  with_other.dimensions(1).dimension("x", 2).absent().variables(1).variable("v", {1}, 4, 0);
  EXPECT_NE(refusal(with_other).find("dimension of a variable: found 1, expected less than 1"), std::string::npos);
}

TEST(Netcdf3Header, TheRecordDimensionIsOneAndFirst) {
  EXPECT_NE(refusal(TestHeader(1, 0).dimensions(2).dimension("t", 0).dimension("u", 0)).find("found length 0 a second"),
            std::string::npos);
  TestHeader second(1, 0);
  second.dimensions(2).dimension("t", 0).dimension("x", 2).absent().variables(1).variable("v", {1, 0}, 4, 0);
  EXPECT_NE(refusal(second).find("found the record dimension, expected it first"), std::string::npos);
}

}  // namespace
}  // namespace vdp::netcdf3
