#include "pipeline/provenance.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "icechunk/repo/repository.h"
#include "store/memory_store.h"

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

TEST(Provenance, MakesRoom) {
  Provenance provenance;
  provenance.put(record("a", {0, 2}));
  provenance.put(record("b", {2, 4}));
  provenance.put(record("c", {6, 7}));
  provenance.make_room({2, 5});
  provenance.put(record("d", {2, 5}));
  EXPECT_EQ(provenance.find_uri("a")->box, (SlotBox{0, 2}));
  EXPECT_EQ(provenance.find_uri("b")->box, (SlotBox{5, 7}));
  EXPECT_EQ(provenance.at(9)->uri, "c");
  EXPECT_EQ(provenance.at(4)->uri, "d");
  EXPECT_EQ(provenance.records().size(), 4U);
}

TEST(Provenance, ForgetsWhatIsRemoved) {
  Provenance provenance;
  provenance.put(record("a", {0, 2}));
  provenance.remove("b");
  provenance.remove("a");
  EXPECT_EQ(provenance.find_uri("a"), nullptr);
  EXPECT_EQ(provenance.at(0), nullptr);
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

/// A store of 5,000 slots with records that stand within chunks of the array, over their edges, and over whole chunks.
class StoredProvenanceTest : public testing::Test {
 protected:
  StoredProvenanceTest()
      : repository_(*icechunk::Repository::create(make_memory_store("provenance"))),
        session_(*repository_.writable_session("main")) {
    EXPECT_TRUE(session_.set_group("/", zarr::zarr_json_group(Json::object())));
    EXPECT_TRUE(session_.set_group("/_vdp", zarr::zarr_json_group(Json::object())));
    EXPECT_TRUE(session_.set_array("/_vdp/granules", provenance_metadata("time", 5000)));
    for (const SlotBox box : {SlotBox{0, 1}, SlotBox{1, 2}, SlotBox{10, 500}, SlotBox{1023, 1025}, SlotBox{1025, 1026},
                              SlotBox{2048, 4097}, SlotBox{4097, 4098}, SlotBox{4999, 5000}}) {
      const std::string text = encode_record(record(fmt::format("file:///{}.nc", box.begin), {}));
      EXPECT_TRUE(write_rows(session_, provenance_array("/"), 0,
                             {{box.begin, box.size(), std::vector<std::string>(box.size(), text)}}));
    }
  }

  icechunk::Repository repository_;
  icechunk::Session session_;
};

TEST_F(StoredProvenanceTest, IsReadAsAWhole) {
  const auto loaded = Provenance::load(session_, "/");
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_TRUE(loaded->is_complete());
  EXPECT_EQ(loaded->records().size(), 8U);
  EXPECT_EQ(loaded->at(1024)->box, (SlotBox{1023, 1025}));
}

TEST_F(StoredProvenanceTest, IsReadWhereItIsAskedForAndIsTheSame) {
  const Provenance whole = Provenance::load(session_, "/").value();
  for (std::uint64_t slot = 0; slot < 5000; slot += 7) {
    Provenance part = Provenance::unread();
    ASSERT_TRUE(part.read(session_, "/", {slot, slot + 3}));
    for (std::uint64_t asked = slot; asked < std::min<std::uint64_t>(slot + 3, 5000); ++asked) {
      ASSERT_EQ(part.at(asked) == nullptr, whole.at(asked) == nullptr) << asked;
      if (part.at(asked) != nullptr) {
        ASSERT_EQ(*part.at(asked), *whole.at(asked)) << asked;
      }
    }
    EXPECT_LE(part.records().size(), 6U) << "no more than two chunks were needed";
  }
}

TEST_F(StoredProvenanceTest, WhatWasReadIsKeptInStep) {
  Provenance part = Provenance::unread();
  ASSERT_TRUE(part.read(session_, "/", {0, 1}));
  part.put(record("file:///new.nc", {2, 4}));
  ASSERT_TRUE(part.read(session_, "/", {0, 1}));  // not again
  EXPECT_EQ(part.at(3)->uri, "file:///new.nc");
  ASSERT_TRUE(part.read(session_, "/", {4990, 7000}));  // beyond the end, too
  EXPECT_EQ(part.at(4999)->uri, "file:///4999.nc");
  EXPECT_EQ(part.at(1025), nullptr);
  ASSERT_TRUE(part.read_all(session_, "/"));
  EXPECT_EQ(part.records().size(), 8U);
}

}  // namespace
}  // namespace vdp
