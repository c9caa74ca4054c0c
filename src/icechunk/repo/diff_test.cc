#include "icechunk/repo/diff.h"

#include "icechunk/format/transaction_log.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/test_repository.h"

namespace vdp::icechunk {
namespace {

using Paths = std::set<std::string>;
using Indices = std::vector<std::vector<std::uint32_t>>;

Indices as_lists(const ChunkIndexSet& chunks) {
  Indices lists;
  for (std::size_t row = 0; row < chunks.size(); ++row) lists.emplace_back(chunks[row].begin(), chunks[row].end());
  return lists;
}

/// Chunks by path, for comparison.
std::map<std::string, Indices> as_lists(const std::map<std::string, ChunkIndexSet>& chunks) {
  std::map<std::string, Indices> lists;
  for (const auto& [path, indices] : chunks) lists[path] = as_lists(indices);
  return lists;
}

class Diff : public testing::Test {
 protected:
  /// "/", "/a" of 4 by 2 chunks, "/g" and "/g/b".
  void SetUp() override {
    Session session = with_array(repository, int32_array({8, 4}, {2, 2}));
    EXPECT_OK(session.set_group("/g", zarr::zarr_json_group(Json::object())));
    EXPECT_OK(session.set_array("/g/b", int32_array({4}, {1})));
    EXPECT_OK(session.set_chunk("/a", {0, 1}, Bytes(4, 1)));
    setup = commit(session);
  }

  /// Commits what `change` does on main.
  SnapshotId changed(const std::function<void(Session&)>& change) {
    Session session = open_main(repository);
    change(session);
    return commit(session);
  }
  SnapshotDiff diff(const SnapshotId& from, const SnapshotId& to) {
    auto found = diff_snapshots(repository, from, to);
    EXPECT_OK(found);
    return found ? *found : SnapshotDiff();
  }

  ObjectStorePtr store = make_memory_store();
  Repository repository = new_repository(store);
  SnapshotId setup;
};

TEST_F(Diff, TellsWhatIsNew) {
  const SnapshotDiff found = diff(first_snapshot_id, setup);
  EXPECT_EQ(found.new_groups, (Paths{"/", "/g"}));
  EXPECT_EQ(found.new_arrays, (Paths{"/a", "/g/b"}));
  EXPECT_EQ(as_lists(found.updated_chunks), (std::map<std::string, Indices>{{"/a", {{0, 1}}}}));
  EXPECT_TRUE(found.updated_arrays.empty() && found.updated_groups.empty() && found.moved_nodes.empty());
  EXPECT_FALSE(found.empty());
}

TEST_F(Diff, OfOneSnapshotIsEmpty) { EXPECT_TRUE(diff(setup, setup).empty()); }

TEST_F(Diff, GathersTheChunksOfSeveralCommits) {
  changed([](Session& session) {
    EXPECT_OK(session.set_chunk("/a", {2, 0}, Bytes(4, 1)));
    EXPECT_OK(session.set_chunk("/a", {1, 1}, Bytes(4, 1)));
  });
  const SnapshotId tip = changed([](Session& session) {
    EXPECT_OK(session.delete_chunk("/a", {0, 1}));
    EXPECT_OK(session.set_chunk("/a", {1, 1}, Bytes(4, 2)));
    EXPECT_OK(session.set_chunk("/g/b", {3}, Bytes(4, 2)));
  });
  EXPECT_EQ(as_lists(diff(setup, tip).updated_chunks),
            (std::map<std::string, Indices>{{"/a", {{0, 1}, {1, 1}, {2, 0}}}, {"/g/b", {{3}}}}));
}

TEST_F(Diff, LeavesOutWhatCameAndWent) {
  changed([](Session& session) { EXPECT_OK(session.set_array("/passing", int32_array({4}, {1}))); });
  const SnapshotId tip = changed([](Session& session) { EXPECT_OK(session.delete_node("/passing")); });
  EXPECT_TRUE(diff(setup, tip).empty());
}

TEST_F(Diff, TellsOfAnArrayThatWasMadeAgain) {
  changed([](Session& session) { EXPECT_OK(session.set_chunk("/a", {3, 1}, Bytes(4, 1))); });
  const SnapshotId tip = changed([](Session& session) {
    EXPECT_OK(session.delete_node("/a"));
    EXPECT_OK(session.set_array("/a", int32_array({4}, {1})));
    EXPECT_OK(session.set_chunk("/a", {2}, Bytes(4, 1)));
  });
  const SnapshotDiff found = diff(setup, tip);
  EXPECT_EQ(found.deleted_arrays, Paths{"/a"});
  EXPECT_EQ(found.new_arrays, Paths{"/a"});
  EXPECT_EQ(as_lists(found.updated_chunks), (std::map<std::string, Indices>{{"/a", {{2}}}}));
}

TEST_F(Diff, NeedsAnAncestor) {
  const SnapshotId tip = changed([](Session& session) { EXPECT_OK(session.delete_node("/g")); });
  EXPECT_EQ(diff(setup, tip).deleted_groups, Paths{"/g"});
  EXPECT_EQ(diff(setup, tip).deleted_arrays, Paths{"/g/b"});
  EXPECT_EQ(diff_snapshots(repository, tip, setup).error().kind, ErrorKind::invalid);
  const SnapshotId unknown{{1, 2, 3}};
  EXPECT_EQ(diff_snapshots(repository, unknown, tip).error().kind, ErrorKind::not_found);
  EXPECT_EQ(diff_snapshots(repository, tip, unknown).error().kind, ErrorKind::not_found);
}

TEST_F(Diff, ReadsTheMovesOfALog) {
  const SnapshotId tip = changed([](Session& session) { EXPECT_OK(session.delete_chunk("/a", {0, 1})); });
  TransactionLog log = decode_transaction_log(store->get(transaction_log_key(tip))->bytes).value();
  log.moved_nodes = {{"/b", "/g/b", {}, true}};
  ASSERT_TRUE(store->put(transaction_log_key(tip), *encode_transaction_log(log)));
  EXPECT_EQ(diff(setup, tip).moved_nodes, (std::vector<MovedPath>{{"/b", "/g/b"}}));
}

TEST_F(Diff, TakesNoPartForTheWhole) {
  const SnapshotId middle = changed([](Session& session) { EXPECT_OK(session.delete_chunk("/a", {0, 1})); });
  const SnapshotId tip = changed([](Session& session) { EXPECT_OK(session.delete_node("/g")); });
  ASSERT_TRUE(store->remove(transaction_log_key(middle)));
  const auto found = diff_snapshots(repository, setup, tip);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::not_found);
  EXPECT_NE(found.error().text().find(middle.text()), std::string::npos) << found.error().text();
  EXPECT_EQ(diff(middle, tip).deleted_groups, Paths{"/g"});
}

TEST_F(Diff, RefusesTheLogOfAnotherSnapshot) {
  const SnapshotId tip = changed([](Session& session) { EXPECT_OK(session.delete_node("/g")); });
  ASSERT_TRUE(store->put(transaction_log_key(tip), store->get(transaction_log_key(setup))->bytes));
  EXPECT_EQ(diff_snapshots(repository, setup, tip).error().kind, ErrorKind::corrupt);
}

TEST(ChunkIndexSet, HoldsEachIndexOnceAndInOrder) {
  ChunkIndexSet chunks(2);
  const std::vector<std::uint32_t> numbers{1, 0, 0, 5, 1, 0, 0, 2};
  chunks.add(numbers, 4);
  chunks.sort();
  EXPECT_EQ(as_lists(chunks), (Indices{{0, 2}, {0, 5}, {1, 0}}));
  ChunkIndexSet scalar(0);
  scalar.add({}, 2);
  scalar.sort();
  EXPECT_EQ(scalar.size(), 1u);
}

}  // namespace
}  // namespace vdp::icechunk
