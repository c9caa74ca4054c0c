// Amended commits and snapshots without a branch.
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/test_repository.h"
#include "icechunk/repo/transaction_log_union.h"
#include "store/fault_store.h"

namespace vdp::icechunk {
namespace {

RepoInfo info_of(const Repository& repository) {
  return decode_repo_info(repository.store().get(repo_key)->bytes).value();
}

TransactionLog log_of(const Repository& repository, const SnapshotId& id) {
  return decode_transaction_log(repository.store().get(transaction_log_key(id))->bytes).value();
}

SnapshotId committed(const Result<CommitOutcome>& outcome) {
  EXPECT_OK(outcome);
  if (!outcome || !std::holds_alternative<Committed>(*outcome)) throw std::runtime_error("not committed");
  return std::get<Committed>(*outcome).snapshot;
}

TEST(Amend, TakesThePlaceOfTheTip) {
  const Repository repository = new_repository(make_memory_store());
  Session session = with_array(repository, int32_array({4}, {1}));
  const SnapshotId first = commit(session, "first");
  EXPECT_OK(session.set_chunk("/a", {2}, Bytes{2}));
  EXPECT_OK(session.set_chunk("/a", {0}, Bytes{1}));
  const SnapshotId tip = commit(session, "tip");
  EXPECT_OK(Repository(repository).create_tag("before", tip));

  EXPECT_OK(session.set_chunk("/a", {1}, Bytes{3}));
  EXPECT_OK(session.set_chunk("/a", {2}, Bytes{4}));
  EXPECT_OK(session.set_group("/g", zarr::zarr_json_group(Json::object())));
  const SnapshotId amended = committed(session.amend("amended", {{"k", 1}}));

  const auto history = repository.history(Branch{"main"}).value();
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[0].id, amended);
  EXPECT_EQ(history[0].parent, first);
  EXPECT_EQ(history[0].message, "amended");
  EXPECT_EQ(history[0].metadata, Json({{"k", 1}}));
  EXPECT_EQ(repository.operations()->front().description,
            "commit " + tip.text() + " amended as " + amended.text() + " on branch main");
  // The former tip stays, and what a tag names.
  EXPECT_EQ(repository.resolve(Tag{"before"}).value(), tip);
  EXPECT_EQ(repository.readonly_session(tip)->read_chunk("/a", {2}).value(), Bytes{2});
  const Session reader = repository.readonly_session(Branch{"main"}).value();
  EXPECT_EQ(reader.read_chunk("/a", {0}).value(), Bytes{1});
  EXPECT_EQ(reader.read_chunk("/a", {2}).value(), Bytes{4});

  const TransactionLog log = log_of(repository, amended);
  EXPECT_EQ(log.id, amended);
  EXPECT_EQ(log.new_groups.size(), 1u);
  ASSERT_EQ(log.updated_chunks.size(), 1u);
  EXPECT_EQ(log.updated_chunks[0].indices, (std::vector<std::uint32_t>{0, 1, 2}));
  // The session goes on.
  EXPECT_OK(session.set_chunk("/a", {3}, Bytes{5}));
  commit(session, "next");
}

TEST(Amend, KeepsThePrunedLogsOfTheTip) {
  const ObjectStorePtr store = make_memory_store();
  const Repository repository = new_repository(store);
  Session session = with_array(repository, int32_array({4}, {1}));
  const SnapshotId tip = commit(session, "tip");
  RepoInfo info = info_of(repository);
  info.snapshots[*info.find_snapshot(tip)].pruned_ancestor_logs = {SnapshotId{{7}}, SnapshotId{{5}}};
  ASSERT_TRUE(store->put(repo_key, encode_repo_info(info).value()));
  EXPECT_OK(session.set_chunk("/a", {1}, Bytes{3}));
  const SnapshotId amended = committed(session.amend("amended"));
  info = info_of(repository);
  EXPECT_EQ(info.snapshots[*info.find_snapshot(amended)].pruned_ancestor_logs,
            (std::vector<SnapshotId>{SnapshotId{{7}}, SnapshotId{{5}}}));
}

TEST(Amend, TheFirstSnapshotIsNotAmended) {
  const Repository repository = new_repository(make_memory_store());
  Session session = with_array(repository, int32_array({4}, {1}));
  EXPECT_EQ(session.amend("x").error().kind, ErrorKind::invalid);
  EXPECT_TRUE(session.has_changes());
  commit(session);
}

TEST(Amend, ANewMessageAloneMustBeAskedFor) {
  const Repository repository = new_repository(make_memory_store());
  Session session = with_array(repository, int32_array({4}, {1}));
  const SnapshotId tip = commit(session, "typo");
  EXPECT_TRUE(std::holds_alternative<NothingToCommit>(session.amend("better").value()));
  const SnapshotId amended = committed(session.amend("better", Json::object(), true));
  EXPECT_EQ(repository.history(Branch{"main"})->front().message, "better");
  EXPECT_EQ(log_of(repository, amended).new_arrays, log_of(repository, tip).new_arrays);
}

TEST(Amend, TheSlowerOfTwoSessionsHasAConflict) {
  const Repository repository = new_repository(make_memory_store());
  Session setup = with_array(repository, int32_array({4}, {1}));
  const SnapshotId base = commit(setup, "setup");
  Session one = open_main(repository);
  Session two = open_main(repository);
  EXPECT_OK(one.set_chunk("/a", {0}, Bytes{1}));
  EXPECT_OK(two.set_chunk("/a", {1}, Bytes{2}));
  const SnapshotId tip = committed(one.amend("one"));
  const auto outcome = two.amend("two");
  ASSERT_TRUE(outcome && std::holds_alternative<CommitConflict>(*outcome));
  EXPECT_EQ(std::get<CommitConflict>(*outcome).expected_tip, base);
  EXPECT_EQ(std::get<CommitConflict>(*outcome).found_tip, tip);
  EXPECT_TRUE(two.has_changes());
}

TEST(Amend, ACommitOfMovesIsAmendedByMovesOnly) {
  const ObjectStorePtr store = make_memory_store();
  const Repository repository = new_repository(store);
  Session session = with_array(repository, int32_array({4}, {1}));
  const SnapshotId tip = commit(session, "moves");
  TransactionLog log = log_of(repository, tip);
  log.moved_nodes = {{"/b", "/a", NodeId{{1}}, true}};
  ASSERT_TRUE(store->put(transaction_log_key(tip), *encode_transaction_log(log)));
  EXPECT_OK(session.set_chunk("/a", {1}, Bytes{3}));
  const auto outcome = session.amend("x");
  EXPECT_EQ(outcome.error().kind, ErrorKind::invalid);
  EXPECT_EQ(repository.resolve(Branch{"main"}).value(), tip);

  // Where the branch has moved, the base is no longer what would be amended.
  Session other = open_main(repository);
  EXPECT_OK(other.set_chunk("/a", {2}, Bytes{4}));
  commit(other, "other");
  const auto late = session.amend("x");
  EXPECT_TRUE(late && std::holds_alternative<CommitConflict>(*late));
}

TEST(Flush, WritesASnapshotThatNoBranchNames) {
  const Repository repository = new_repository(make_memory_store());
  Session session = with_array(repository, int32_array({4}, {1}));
  const SnapshotId tip = commit(session, "tip");
  EXPECT_OK(session.set_chunk("/a", {1}, Bytes{3}));
  const SnapshotId detached = committed(session.flush("detached", {{"k", 1}}));
  EXPECT_EQ(repository.resolve(Branch{"main"}).value(), tip);
  EXPECT_EQ(session.base(), detached);
  EXPECT_EQ(session.branch(), std::nullopt);
  EXPECT_EQ(session.set_chunk("/a", {2}, Bytes{3}).error().kind, ErrorKind::denied);
  EXPECT_EQ(session.commit("x").error().kind, ErrorKind::denied);

  EXPECT_EQ(repository.readonly_session(detached)->read_chunk("/a", {1}).value(), Bytes{3});
  const auto history = repository.history(detached).value();
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[0].parent, tip);
  EXPECT_EQ(repository.operations()->front().description, "new snapshot " + detached.text() + " without a branch");
  EXPECT_EQ(log_of(repository, detached).updated_chunks.size(), 1u);
}

TEST(Flush, DoesNotMindThatTheBranchMoved) {
  const Repository repository = new_repository(make_memory_store());
  Session setup = with_array(repository, int32_array({4}, {1}));
  const SnapshotId base = commit(setup, "setup");
  Session one = open_main(repository);
  Session two = open_main(repository);
  EXPECT_OK(one.set_chunk("/a", {0}, Bytes{1}));
  EXPECT_OK(two.set_chunk("/a", {1}, Bytes{2}));
  const SnapshotId tip = commit(one, "one");
  const SnapshotId detached = committed(two.flush("two"));
  EXPECT_EQ(repository.resolve(Branch{"main"}).value(), tip);
  EXPECT_EQ(repository.history(detached)->at(1).id, base);
}

TEST(AmendAndFlush, AreDoneOnceWhateverTheStoreAnswers) {
  int cases = 0;
  for (const bool amends : {true, false}) {
    for (const Fault fault : {Fault::refused, Fault::lost_answer, Fault::lost_race}) {
      for (std::uint64_t operation = 0;; ++operation) {
        const auto store = std::make_shared<FaultStore>(make_memory_store());
        ManualClock clock(1'700'000'000'000'000);
        RepositoryOptions options;
        options.clock = &clock;
        const Repository repository = Repository::create(store, {}, options).value();
        Session session = with_array(repository, int32_array({4}, {2}));
        commit(session, "tip");
        EXPECT_OK(session.set_chunk("/a", {0}, Bytes(1000, 1)));
        const std::size_t former = info_of(repository).snapshots.size();
        const std::uint64_t begin = store->operations();
        store->plan(begin + operation, fault);
        const auto outcome = amends ? session.amend("amended") : session.flush("flushed");
        if (store->operations() <= begin + operation) break;
        ++cases;
        const bool done = outcome && std::holds_alternative<Committed>(*outcome);
        EXPECT_EQ(info_of(repository).snapshots.size(), former + done) << "operation " << operation;
        if (done) {
          EXPECT_EQ(repository.readonly_session(session.base())->read_chunk("/a", {0}).value(), Bytes(1000, 1));
        } else {
          EXPECT_FALSE(outcome) << "operation " << operation;
        }
      }
    }
  }
  std::printf("%d faults\n", cases);
  EXPECT_GT(cases, 2 * 3 * 5);
}

TEST(UnionOfLogs, HasEveryEntryOnceAndInOrder) {
  TransactionLog older, newer;
  older.new_arrays = {NodeId{{2}}};
  older.updated_groups = {NodeId{{1}}, NodeId{{5}}};
  older.updated_chunks = {{NodeId{{2}}, 2, 2, {0, 1, 3, 0}}, {NodeId{{9}}, 0, 1, {}}};
  newer.new_arrays = {NodeId{{1}}};
  newer.updated_groups = {NodeId{{3}}, NodeId{{5}}};
  newer.deleted_arrays = {NodeId{{2}}};
  newer.updated_chunks = {{NodeId{{1}}, 1, 1, {4}}, {NodeId{{2}}, 2, 3, {0, 0, 0, 1, 1, 7}}, {NodeId{{9}}, 0, 1, {}}};
  const TransactionLog both = union_of_logs(older, newer, SnapshotId{{8}}).value();
  EXPECT_EQ(both.id, SnapshotId{{8}});
  EXPECT_EQ(both.new_arrays, (std::vector<NodeId>{NodeId{{1}}, NodeId{{2}}}));
  EXPECT_EQ(both.updated_groups, (std::vector<NodeId>{NodeId{{1}}, NodeId{{3}}, NodeId{{5}}}));
  EXPECT_EQ(both.deleted_arrays, (std::vector<NodeId>{NodeId{{2}}}));
  ASSERT_EQ(both.updated_chunks.size(), 3u);
  EXPECT_EQ(both.updated_chunks[1].indices, (std::vector<std::uint32_t>{0, 0, 0, 1, 1, 7, 3, 0}));
  EXPECT_EQ(both.updated_chunks[1].count, 4u);
  EXPECT_EQ(both.updated_chunks[2].count, 1u);  // the one chunk of a scalar
}

TEST(UnionOfLogs, MovesFollowOneAnother) {
  TransactionLog older, newer;
  older.moved_nodes = {
      {"/a", "/b", NodeId{{1}}, true}, {"/c", "/d", NodeId{{2}}, false}, {"/e", "/x-y", NodeId{{3}}, false}};
  newer.moved_nodes = {{"/b", "/x/z", NodeId{{1}}, true}, {"/d", "/c", NodeId{{2}}, false}};
  const TransactionLog both = union_of_logs(older, newer, {}).value();
  ASSERT_EQ(both.moved_nodes.size(), 2u);  // one came back
  EXPECT_EQ(both.moved_nodes[0].from, "/a");
  EXPECT_EQ(both.moved_nodes[0].to, "/x/z");  // by its parts before /x-y
  EXPECT_EQ(both.moved_nodes[1].to, "/x-y");
}

TEST(UnionOfLogs, DisagreeingLogsAreCorrupt) {
  TransactionLog older, newer;
  older.updated_chunks = {{NodeId{{2}}, 2, 1, {0, 1}}};
  newer.updated_chunks = {{NodeId{{2}}, 1, 1, {0}}};
  EXPECT_EQ(union_of_logs(older, newer, {}).error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace vdp::icechunk
