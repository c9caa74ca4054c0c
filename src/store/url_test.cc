#include "store/url.h"

#include <gtest/gtest.h>

#include "store/memory_store.h"

namespace vdp {
namespace {

TEST(Url, ASchemeIsNoPartOfAPath) {
  for (const char* url : {"file:///a", "s3://bucket/", "svn+ssh://host"}) EXPECT_TRUE(has_scheme(url)) << url;
  for (const char* path : {"", "/a", "a", "://a", "/a://b", "a b://c", "1://a", "a:/b"}) {
    EXPECT_FALSE(has_scheme(path)) << path;
  }
}

TEST(Url, ObjectsHaveOne) { EXPECT_EQ(object_url(*make_memory_store("name"), "a/b c"), "memory://name/a/b%20c"); }

}  // namespace
}  // namespace vdp
