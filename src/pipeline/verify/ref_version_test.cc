#include "pipeline/verify/ref_version.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

ProvenanceRecord record(std::string uri, std::string version, std::string modified) {
  ProvenanceRecord made;
  made.uri = std::move(uri);
  made.version = std::move(version);
  made.size = 10;
  made.modified = std::move(modified);
  return made;
}

TEST(RefVersion, LocalFilesAreKnownByTheSecondAfterTheirChange) {
  const auto part = ref_version_of(record("file:///a.nc", "10-1500000", "1970-01-01T00:00:01.500000Z"));
  EXPECT_EQ(part, (RefVersion{"", 2}));
  const auto whole = ref_version_of(record("file:///a.nc", "10-2000000", "1970-01-01T00:00:02Z"));
  EXPECT_EQ(whole, (RefVersion{"", 2}));
}

TEST(RefVersion, OthersByTheirEtagWhereThereIsOne) {
  EXPECT_EQ(ref_version_of(record("s3://b/a.nc", "\"abc\"", "1970-01-01T00:00:02Z")), (RefVersion{"\"abc\"", 0}));
  EXPECT_EQ(ref_version_of(record("s3://b/a.nc", "10-2000000", "1970-01-01T00:00:02Z")), (RefVersion{"", 2}));
}

TEST(RefVersion, ARecordMayNotTell) {
  EXPECT_FALSE(ref_version_of(record("file:///a.nc", "", "1970-01-01T00:00:02Z")));
  EXPECT_FALSE(ref_version_of(record("file:///a.nc", "10-2", "yesterday")));
}

}  // namespace
}  // namespace vdp
