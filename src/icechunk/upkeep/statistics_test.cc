#include "icechunk/upkeep/statistics.h"

#include "icechunk/upkeep/all_snapshots.h"
#include "icechunk/upkeep/test_history.h"

namespace vdp::icechunk {
namespace {

TEST(AllSnapshots, AreThereWhetherReachableOrNot) {
  History history;
  const SnapshotId old_tip = history.commit(0, 1);
  history.point_branch("main", history.setup);
  const SnapshotId tip = history.commit(1, 2);
  history.point_branch("other", history.setup);
  const auto listed = list_all_snapshots(history.repository).value();
  ASSERT_EQ(listed.size(), 4u);
  EXPECT_EQ(listed[0].summary.id, tip);
  EXPECT_EQ(listed[0].branches, std::vector<std::string>{"main"});
  EXPECT_EQ(listed[1].summary.id, old_tip);
  EXPECT_EQ(listed[1].summary.parent, history.setup);
  EXPECT_FALSE(listed[1].reachable);
  EXPECT_TRUE(listed[0].reachable && listed[2].reachable && listed[3].reachable);
  EXPECT_EQ(listed[2].branches, std::vector<std::string>{"other"});
  EXPECT_EQ(listed[3].summary.id, first_snapshot_id);
}

TEST(Statistics, CountObjectsByKindAndReach) {
  History history;
  history.commit(0, 1);
  history.point_branch("main", history.setup);
  history.commit(1, 2);
  ASSERT_TRUE(history.memory->put("chunks/not an id", Bytes(7)));
  const ObjectStatistics found = object_statistics(history.repository).value();
  EXPECT_EQ(found.snapshots.reachable.objects, 3u);
  EXPECT_EQ(found.snapshots.unreachable.objects, 1u);
  EXPECT_EQ(found.transaction_logs.reachable.objects, 3u);
  EXPECT_EQ(found.transaction_logs.unreachable.objects, 1u);
  EXPECT_EQ(found.manifests.reachable.objects, 1u);
  EXPECT_EQ(found.manifests.unreachable.objects, 1u);
  EXPECT_EQ(found.chunks.reachable.bytes, 1000u);
  EXPECT_EQ(found.chunks.unreachable.bytes, 1000u);
  EXPECT_EQ(found.current.objects, 1u);
  EXPECT_EQ(found.current.bytes, history.memory->head(repo_key)->size);
  EXPECT_EQ(found.former.objects, count_objects(*history.memory, "overwritten/"));
  EXPECT_EQ(found.other.bytes, 7u);
}

TEST(Statistics, ALogThatIsKeptForASnapshotIsReachable) {
  History history;
  history.commit(0, 1);
  history.commit(0, 2);
  ASSERT_TRUE(expire(history.repository, history.expire_all()));
  const ObjectStatistics found = object_statistics(history.repository).value();
  EXPECT_EQ(found.snapshots.unreachable.objects, 2u);
  EXPECT_EQ(found.transaction_logs.reachable.objects, 4u);
  EXPECT_EQ(found.transaction_logs.unreachable.objects, 0u);
}

TEST(Statistics, CountReferencesByArray) {
  History history;
  history.commit(0, 1);
  Session session = open_main(history.repository);
  EXPECT_OK(session.set_chunk("/a", {1}, Bytes(5, 1)));
  EXPECT_OK(session.set_array("/v", int32_array({4}, {1})));
  EXPECT_OK(session.set_refs("/v", steps({3}, "s3://bucket/a.nc"), {1}));
  EXPECT_OK(session.set_array("/empty", int32_array({4}, {1})));
  const SnapshotId tip = commit(session);
  const auto arrays = array_statistics(history.repository, tip).value();
  ASSERT_EQ(arrays.size(), 3u);
  EXPECT_EQ(arrays[0].path, "/a");
  EXPECT_GE(arrays[0].manifests, 1u);
  EXPECT_EQ(arrays[0].native.refs, 1u);
  EXPECT_EQ(arrays[0].native.bytes, 1000u);
  EXPECT_EQ(arrays[0].inlined.refs, 1u);
  EXPECT_EQ(arrays[0].inlined.bytes, 5u);
  EXPECT_EQ(arrays[1].path, "/empty");
  EXPECT_EQ(arrays[1].manifests, 0u);
  EXPECT_EQ(arrays[2].virtual_.refs, 3u);
  EXPECT_EQ(arrays[2].virtual_.bytes, 30u);
}

TEST(Statistics, AManifestThatIsGoneIsAnError) {
  History history;
  const SnapshotId tip = history.commit(0, 1);
  const auto manifests = history.memory->list("manifests/").value();
  ASSERT_TRUE(history.memory->remove(manifests.front().key));
  const Repository repository = history.open(history.memory);
  EXPECT_FALSE(object_statistics(repository));
  EXPECT_FALSE(array_statistics(repository, tip));
}

}  // namespace
}  // namespace vdp::icechunk
