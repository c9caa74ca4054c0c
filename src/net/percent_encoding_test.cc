#include "net/percent_encoding.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

TEST(PercentEncoding, PathsAreEncodedAndComeBack) {
  EXPECT_EQ(encode_path("/a b/c#d?e%f.nc"), "/a%20b/c%23d%3Fe%25f.nc");
  EXPECT_EQ(encode_path("\xc3\xa9[1]"), "%C3%A9%5B1%5D");
  EXPECT_EQ(encode_path("-._~!$&'()*+,;=:@/"), "-._~!$&'()*+,;=:@/");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(*decode_path(encode_path(all)), all);
}

TEST(PercentEncoding, BrokenEncodingsAreInvalid) {
  for (const char* text : {"%", "a%2", "%zz", "%2"}) {
    EXPECT_EQ(decode_path(text).error().kind, ErrorKind::invalid) << text;
  }
  EXPECT_EQ(*decode_path("%2f%2F"), "//");
}

}  // namespace
}  // namespace vdp
