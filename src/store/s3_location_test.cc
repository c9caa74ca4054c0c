#include "store/s3_location.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

TEST(S3Location, IsBucketAndPrefix) {
  const auto location = parse_s3_url("s3://my-bucket/some%20where/deep");
  ASSERT_TRUE(location) << location.error().text();
  EXPECT_EQ(location->bucket, "my-bucket");
  EXPECT_EQ(location->prefix, "some where/deep/");
  EXPECT_EQ(parse_s3_url("s3://my-bucket")->prefix, "");
  EXPECT_EQ(parse_s3_url("s3://my-bucket/")->prefix, "");
}

TEST(S3Location, RefusesWhatIsNone) {
  for (const char* url : {"s3://", "s3:///key", "http://bucket/", "s3://a/", "s3://-bucket/", "s3://buck et/",
                          "s3://bucket..name/", "s3://bucket/%zz"}) {
    EXPECT_EQ(parse_s3_url(url).error().kind, ErrorKind::invalid) << url;
  }
}

TEST(S3Location, DoesNotRepeatSecrets) {
  for (const char* url : {"s3://AKIACANARY:canary-secret@bucket/", "s3://bucket/key?X-Amz-Signature=canary-secret"}) {
    const auto location = parse_s3_url(url);
    ASSERT_FALSE(location);
    EXPECT_EQ(location.error().text().find("canary"), std::string::npos) << location.error().text();
  }
}

TEST(S3Location, BucketsAreHostsOrPaths) {
  const auto host = locate_bucket("my-bucket", {"us-west-2", std::nullopt, false});
  EXPECT_EQ(host.url.text(), "https://my-bucket.s3.us-west-2.amazonaws.com/");
  EXPECT_EQ(host.path, "");
  const auto path = locate_bucket("my.bucket", {"us-west-2", std::nullopt, true});
  EXPECT_EQ(path.url.text(), "https://s3.us-west-2.amazonaws.com/my.bucket");
  EXPECT_EQ(path.path, "/my.bucket");
  const auto local = locate_bucket("my-bucket", {"us-east-1", *parse_url("http://127.0.0.1:9000"), true});
  EXPECT_EQ(local.url.text(), "http://127.0.0.1:9000/my-bucket");
  EXPECT_EQ(local.url.authority(), "127.0.0.1:9000");
}

}  // namespace
}  // namespace vdp
