#include "pipeline/provenance.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

ProvenanceRecord record(const std::string& uri, SlotBox box) {
  return {uri, "v", 1, "2020-01-01T00:00:00Z", "written", {}, box};
}

TEST(Provenance, RecordsRoundTrip) {
  ProvenanceRecord made = record("file:///a \"b\".nc", {0, 0});
  EXPECT_EQ(decode_record(encode_record(made)).value(), made);
  made.absent = {"x", "y"};
  EXPECT_EQ(decode_record(encode_record(made)).value(), made);
  EXPECT_FALSE(decode_record("{}"));
  EXPECT_FALSE(decode_record("a.nc"));
}

TEST(Provenance, KnowsWhoseASlotIs) {
  Provenance provenance;
  provenance.put(record("a", {0, 3}));
  provenance.put(record("b", {5, 6}));
  EXPECT_EQ(provenance.at(2)->uri, "a");
  EXPECT_EQ(provenance.at(3), nullptr);
  EXPECT_EQ(provenance.at(5)->uri, "b");
  EXPECT_EQ(provenance.within({2, 6}).size(), 2U);
  EXPECT_TRUE(provenance.within({3, 5}).empty());
  EXPECT_EQ(provenance.find_uri("b")->box, (SlotBox{5, 6}));
  EXPECT_EQ(provenance.find_uri("c"), nullptr);
}

TEST(Provenance, ANewRecordTakesThePlaceOfThoseItMeets) {
  Provenance provenance;
  provenance.put(record("a", {0, 2}));
  provenance.put(record("b", {2, 4}));
  provenance.put(record("c", {1, 3}));
  EXPECT_EQ(provenance.records().size(), 1U);
  EXPECT_EQ(provenance.find_uri("a"), nullptr);
}

TEST(Provenance, VersionOfALocalFileIsItsSizeAndTime) {
  Granule granule;
  granule.uri = "file:///a.nc";
  granule.etag = "inode";
  granule.size = 7;
  granule.last_modified_us = 9;
  EXPECT_EQ(version_of(granule), "7-9");
  granule.uri = "s3://bucket/a.nc";
  EXPECT_EQ(version_of(granule), "inode");
}

}  // namespace
}  // namespace vdp
