#include "queue/granule_message.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

TEST(GranuleMessage, IsReadAsItWasWritten) {
  const Granule full{"file:///a/b%20c.nc", "b c.nc", 17, "\"etag\"", 1'700'000'000'123'456};
  EXPECT_EQ(decode_granule(encode_granule(full)).value(), full);
  const Granule bare{"s3://b/k", "k", 0, "", 0};
  EXPECT_EQ(encode_granule(bare), R"({"uri":"s3://b/k","key":"k"})");
  EXPECT_EQ(decode_granule(encode_granule(bare)).value(), bare);
}

TEST(GranuleMessage, NamesWhatIsWrong) {
  const auto error = [](std::string_view body) {
    const auto granule = decode_granule(body);
    EXPECT_FALSE(granule) << body;
    return granule ? "" : granule.error().text();
  };
  EXPECT_NE(error("{").find("no JSON"), std::string::npos);
  EXPECT_NE(error("[]").find("expected an object"), std::string::npos);
  EXPECT_NE(error(R"({"key":"k"})").find("'uri' is missing"), std::string::npos);
  EXPECT_NE(error(R"({"uri":1,"key":"k"})").find("'uri' is number"), std::string::npos);
  EXPECT_NE(error(R"({"uri":"s3://b/u","key":"k","size":-1})").find("size"), std::string::npos);
  EXPECT_NE(error(R"({"uri":"s3://b/u","key":"k","last_modified":"yesterday"})").find("last_modified"),
            std::string::npos);
}

}  // namespace
}  // namespace vdp
