#include "icechunk/repo/virtual_chunk_container.h"

#include <gtest/gtest.h>

#include <vector>

namespace vdp::icechunk {
namespace {

std::vector<VirtualChunkContainer> containers() {
  return {local_container("/data/my files", "local"),
          s3_container("s3://bucket/", {}),
          s3_container("s3://bucket/a/", {}, "remote"),
          {"s3://open", std::nullopt, {}}};
}

std::string prefix_of(const std::string& url) {
  const auto known = containers();
  const VirtualChunkContainer* found = find_container(known, url);
  return found == nullptr ? "none" : found->url_prefix;
}

TEST(VirtualChunkContainer, TheLongestPrefixWins) {
  EXPECT_EQ(prefix_of("s3://bucket/a/b.nc"), "s3://bucket/a/");
  EXPECT_EQ(prefix_of("s3://bucket/ab.nc"), "s3://bucket/");
  EXPECT_EQ(prefix_of("s3://bucket-evil/a/b.nc"), "none");
  EXPECT_EQ(prefix_of("s3://open-evil/b.nc"), "none");
  EXPECT_EQ(prefix_of("s3://open/b.nc"), "none");
}

TEST(VirtualChunkContainer, LocalFilesAreComparedDecoded) {
  EXPECT_EQ(prefix_of("file:///data/my%20files/b.nc"), "file:///data/my files/");
  EXPECT_EQ(prefix_of("file:///data/my%20files2/b.nc"), "none");
  EXPECT_EQ(prefix_of("file://host/data/my%20files/b.nc"), "none");
}

TEST(VirtualChunkContainer, RelativeLocationsNameTheirContainer) {
  const auto known = containers();
  EXPECT_EQ(absolute_location(known, "vcc://remote/b/c.nc").value(), "s3://bucket/a/b/c.nc");
  EXPECT_EQ(absolute_location(known, "vcc://local/b.nc").value(), "file:///data/my%20files/b.nc");
  EXPECT_EQ(absolute_location(known, "s3://elsewhere/b.nc").value(), "s3://elsewhere/b.nc");
  for (const char* wrong : {"vcc://other/b.nc", "vcc://remote", "vcc:///b.nc", "vcc://"}) {
    EXPECT_EQ(absolute_location(known, wrong).error().kind, ErrorKind::corrupt) << wrong;
  }
}

}  // namespace
}  // namespace vdp::icechunk
