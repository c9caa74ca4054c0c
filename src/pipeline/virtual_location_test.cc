#include "pipeline/virtual_location.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

icechunk::RepositoryConfig config() {
  icechunk::RepositoryConfig config;
  EXPECT_TRUE(config.set_virtual_chunk_container(icechunk::local_container("/data/my files", "local")));
  EXPECT_TRUE(config.set_virtual_chunk_container(icechunk::s3_container("s3://bucket/a/", {}, "remote")));
  return config;
}

TEST(VirtualLocation, ResolvesContainersByTheirNames) {
  EXPECT_EQ(resolve_location(config(), "vcc://remote/b.nc").value(), "s3://bucket/a/b.nc");
  EXPECT_EQ(resolve_location(config(), "vcc://local/b.nc").value(), "file:///data/my%20files/b.nc");
  EXPECT_EQ(resolve_location(config(), "s3://elsewhere/b.nc").value(), "s3://elsewhere/b.nc");
  EXPECT_EQ(resolve_location(config(), "vcc://other/b.nc").error().kind, ErrorKind::corrupt);
  EXPECT_EQ(resolve_location(config(), "vcc://remote").error().kind, ErrorKind::corrupt);
}

TEST(VirtualLocation, ComparesWhatIsDecoded) {
  EXPECT_EQ(decode_location("file:///a%20b").value(), decode_location("file://localhost/a b").value());
  EXPECT_NE(decode_location("file:///a").value(), decode_location("file:///b").value());
}

TEST(VirtualLocation, HoldsOnlyWhatLiesBelowAPrefix) {
  const ContainerPrefixes containers(config());
  EXPECT_TRUE(containers.hold("file:///data/my%20files/x/b.nc"));
  EXPECT_TRUE(containers.hold("s3://bucket/a/b.nc"));
  EXPECT_FALSE(containers.hold("file:///data/my%20files2/b.nc"));
  EXPECT_FALSE(containers.hold("s3://bucket/ab.nc"));
  EXPECT_FALSE(ContainerPrefixes({}).hold("file:///data/b.nc"));
}

}  // namespace
}  // namespace vdp
