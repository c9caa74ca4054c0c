#include "pipeline/source_container.h"

#include <gtest/gtest.h>

#include "pipeline/authorized_reader.h"

namespace vdp {
namespace {

dataset::SourceSpec source_at(const std::string& prefix) {
  dataset::SourceSpec source;
  source.prefix = prefix;
  source.access.region = "eu-west-1";  // what is left open comes from the environment
  return source;
}

TEST(SourceContainer, SaysHowReadersReachTheFiles) {
  const auto local = source_container(source_at("file:///data/"));
  ASSERT_TRUE(local && *local);
  EXPECT_EQ((*local)->store, Json({{"local_file_system", "/data"}}));
  const auto http = source_container(source_at("https://host/files/"));
  ASSERT_TRUE(http && *http);
  EXPECT_EQ((*http)->url_prefix, "https://host/files/");
  EXPECT_TRUE((*http)->store.contains("http"));
  EXPECT_FALSE(*source_container(source_at("memory://x/")));
  EXPECT_EQ(source_container(source_at("gopher://user:CANARY@x/")).error().kind, ErrorKind::unsupported);
}

TEST(SourceContainer, OfABucketHasItsPlaceAndWhoAsks) {
  dataset::SourceSpec source = source_at("s3://bucket/a/");
  source.access.endpoint_url = "http://localhost:9000";
  source.access.kind = AccessKind::anonymous;
  source.access.requester_pays = true;
  const auto container = source_container(source);
  ASSERT_TRUE(container && *container) << container.error().text();
  const Json settings = (*container)->store.at("s3_compatible");
  EXPECT_EQ(settings.at("region"), "eu-west-1");
  EXPECT_EQ(settings.at("endpoint_url"), "http://localhost:9000");
  EXPECT_EQ(settings.at("allow_http"), true);
  EXPECT_EQ(settings.at("force_path_style"), true);
  EXPECT_EQ(settings.at("anonymous"), true);
  EXPECT_EQ(settings.at("requester_pays"), true);
}

icechunk::RepositoryConfig foreign(const std::string& endpoint) {
  icechunk::RepositoryConfig config;
  icechunk::S3ContainerOptions options;
  options.endpoint_url = endpoint;
  EXPECT_TRUE(config.set_virtual_chunk_container(icechunk::s3_container("s3://bucket/a/", options)));
  return config;
}

// An endpoint that only the repository names is an address that comes out of data.
TEST(SourceContainer, OfAForeignRepositoryNamesNoEndpoint) {
  for (const char* prefix : {"s3://bucket/a/", "s3://bucket/a/b/", "s3://bucket/"}) {
    StoreAccess access;
    access.endpoint_url = "http://localhost:9000";
    for (const char* endpoint : {"http://169.254.169.254", "http://localhost:9001", "https://localhost:9000", "x",
                                 "http://user:CANARY@localhost:9000"}) {
      const auto reader = authorized_reader(foreign(endpoint), {{prefix, access}});
      ASSERT_FALSE(reader) << prefix << " at " << endpoint;
      EXPECT_EQ(reader.error().kind, ErrorKind::denied) << reader.error().text();
      EXPECT_EQ(reader.error().text().find("CANARY"), std::string::npos) << reader.error().text();
    }
    const auto named = authorized_reader(foreign("http://localhost:9000/"), {{prefix, access}});
    EXPECT_TRUE(named || named.error().kind != ErrorKind::denied) << named.error().text();
  }
}

}  // namespace
}  // namespace vdp
