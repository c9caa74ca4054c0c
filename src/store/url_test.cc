#include "store/url.h"

#include <gtest/gtest.h>

#include "store/memory_store.h"

namespace vdp {
namespace {

TEST(Url, PathsAreEncodedAndComeBack) {
  EXPECT_EQ(encode_path("/a b/c#d?e%f.nc"), "/a%20b/c%23d%3Fe%25f.nc");
  EXPECT_EQ(encode_path("\xc3\xa9[1]"), "%C3%A9%5B1%5D");
  EXPECT_EQ(encode_path("-._~!$&'()*+,;=:@/"), "-._~!$&'()*+,;=:@/");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(*decode_path(encode_path(all)), all);
}

TEST(Url, BrokenEncodingsAreInvalid) {
  for (const char* text : {"%", "a%2", "%zz", "%2"}) {
    EXPECT_EQ(decode_path(text).error().kind, ErrorKind::invalid) << text;
  }
  EXPECT_EQ(*decode_path("%2f%2F"), "//");
}

TEST(Url, ASchemeIsNoPartOfAPath) {
  for (const char* url : {"file:///a", "s3://bucket/", "svn+ssh://host"}) EXPECT_TRUE(has_scheme(url)) << url;
  for (const char* path : {"", "/a", "a", "://a", "/a://b", "a b://c", "1://a", "a:/b"}) {
    EXPECT_FALSE(has_scheme(path)) << path;
  }
}

TEST(Url, ObjectsHaveOne) { EXPECT_EQ(object_url(*make_memory_store("name"), "a/b c"), "memory://name/a/b%20c"); }

}  // namespace
}  // namespace vdp
