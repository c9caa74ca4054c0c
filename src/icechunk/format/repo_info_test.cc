#include "icechunk/format/repo_info.h"

#include <gtest/gtest.h>

#include "icechunk/format/object_envelope.h"

namespace vdp::icechunk {
namespace {

/// With something in every field, so that what is dropped shows.
RepoInfo full() {
  RepoInfo info;
  const std::vector<SnapshotId> pruned = {SnapshotId{{7}}, SnapshotId{{6}}};
  info.snapshots = {{SnapshotId{{1}}, -1, 10, "first", {}, {}},
                    {SnapshotId{{2}}, 0, 20, "second", encode_metadata({{"k", 1}}), pruned}};
  info.branches = {{"dev/x", 0}, {"main", 1}};
  info.tags = {{"v1", 0}};
  info.deleted_tags = {"gone", "lost"};
  info.status = {Availability::read_only, 33, "maintenance"};
  info.metadata = encode_metadata({{"owner", "x"}});
  info.updates_before = "repo.1.X";
  info.config = encode_flexbuffer({{"inline_chunk_threshold_bytes", 7}});
  info.enabled_feature_flags = {3};
  info.disabled_feature_flags = std::vector<std::uint16_t>();
  info.extra = Bytes{1, 2};
  const SnapshotId id{{2}};
  const std::vector<Update> updates = {RepoInitialized{},
                                       RepoMigrated{1, 2},
                                       ConfigChanged{},
                                       MetadataChanged{},
                                       TagCreated{"t"},
                                       TagDeleted{"t", id},
                                       BranchCreated{"b"},
                                       BranchDeleted{"b", id},
                                       BranchReset{"b", id},
                                       NewCommit{"b", id},
                                       CommitAmended{"b", id, id},
                                       NewDetachedSnapshot{id},
                                       GarbageCollected{},
                                       SnapshotsExpired{},
                                       FeatureFlagChanged{4, true, true},
                                       StatusChanged{{Availability::offline, 5, {}}}};
  for (std::size_t i = 0; i < updates.size(); ++i) {
    std::optional<std::string> backup;
    if (i > 0) backup = "backup" + std::to_string(i);
    info.latest_updates.push_back({updates[i], static_cast<TimestampUs>(100 - i), backup});
  }
  return info;
}

TEST(RepoInfo, RewritingKeepsEveryByte) {
  const Bytes object = encode_repo_info(full()).value();
  const auto decoded = decode_repo_info(object);
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_EQ(encode_repo_info(*decoded).value(), object);
  EXPECT_EQ(decoded->snapshots[0].parent, -1);
  EXPECT_EQ(decoded->snapshots[1].parent, 0);
  EXPECT_EQ(decoded->snapshots[1].pruned_ancestor_logs.size(), 2u);
  EXPECT_EQ(decoded->status.reason, "maintenance");
  EXPECT_TRUE(decoded->disabled_feature_flags.has_value());
  ASSERT_EQ(decoded->latest_updates.size(), 16u);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(decoded->latest_updates[i].update.index(), i);
  EXPECT_EQ(std::get<StatusChanged>(decoded->latest_updates[15].update).status.availability, Availability::offline);
  EXPECT_FALSE(decoded->has_unknown_fields);
}

TEST(RepoInfo, WhatWouldBeLostIsNotRewritten) {
  RepoInfo unknown_entry = full();
  unknown_entry.latest_updates[3].update = UnknownUpdate{99};
  EXPECT_EQ(encode_repo_info(unknown_entry).error().kind, ErrorKind::unsupported);
  RepoInfo unknown_field = full();
  unknown_field.has_unknown_fields = true;
  EXPECT_EQ(encode_repo_info(unknown_field).error().kind, ErrorKind::unsupported);
  RepoInfo without_main = full();
  without_main.branches.pop_back();
  EXPECT_EQ(encode_repo_info(without_main).error().kind, ErrorKind::invalid);
}

TEST(RepoInfo, RefusesHistoriesWithoutEnd) {
  RepoInfo circle = full();
  circle.snapshots[0].parent = 1;
  EXPECT_EQ(decode_repo_info(encode_repo_info(circle).value()).error().kind, ErrorKind::corrupt);
  RepoInfo outside = full();
  outside.snapshots[0].parent = 2;
  EXPECT_EQ(decode_repo_info(encode_repo_info(outside).value()).error().kind, ErrorKind::corrupt);
  RepoInfo dangling = full();
  dangling.branches[0].snapshot = 2;
  EXPECT_EQ(decode_repo_info(encode_repo_info(dangling).value()).error().kind, ErrorKind::corrupt);
}

TEST(RepoInfo, DamageBelowTheChecksumNeverCrashes) {
  const Bytes payload = open_object(encode_repo_info(full()).value(), ObjectType::repo_info)->payload;
  int refused = 0;
  for (std::size_t at = 0; at < payload.size(); ++at) {
    for (const std::uint8_t bits : {0x01, 0x80, 0xff}) {
      Bytes damaged = payload;
      damaged[at] ^= bits;
      refused += !decode_repo_info(seal_object(ObjectType::repo_info, damaged, 1));
    }
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace vdp::icechunk
