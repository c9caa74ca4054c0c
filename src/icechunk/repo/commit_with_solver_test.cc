// Commits that rebase by themselves, and the session that finds its own commit on the branch.
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/repo_edit.h"
#include "icechunk/repo/repo_update.h"
#include "icechunk/repo/test_race.h"
#include "store/fault_store.h"

namespace vdp::icechunk {
namespace {

TEST(CommitWithSolver, RebasesAsOftenAsItTakes) {
  const Repository repository = furnished(make_memory_store());
  Session session = open_main(repository);
  write("/a", {0}, 2)(session);
  for (std::uint64_t chunk : {1, 2, 3}) {
    Session other = open_main(repository);
    write("/a", {chunk}, 3)(other);
    commit(other);
  }
  const ConflictDetector detector;
  const auto outcome = session.commit("ours", {{"k", 1}}, {.solver = &detector});
  ASSERT_TRUE(outcome) << outcome.error().text();
  ASSERT_TRUE(std::holds_alternative<Committed>(*outcome));
  const auto history = repository.history(Branch{"main"}, 1).value();
  EXPECT_TRUE(same_json(history[0].metadata, {{"k", 1}, {"__icechunk", {{"rebase_attempts", 1}}}}));
  const Session reader = repository.readonly_session(Branch{"main"}).value();
  EXPECT_EQ(*reader.read_chunk("/a", {0}), Bytes{2});
  EXPECT_EQ(*reader.read_chunk("/a", {3}), Bytes{3});
}

TEST(CommitWithSolver, TellsTheConflict) {
  Race race(write("/a", {1}), write("/a", {1}));
  const ConflictDetector detector;
  const auto outcome = race.session.commit("ours", Json::object(), {.solver = &detector});
  ASSERT_TRUE(outcome);
  const auto& conflict = std::get<CommitConflict>(*outcome);
  EXPECT_EQ(conflict.found_tip, race.tip);
  ASSERT_EQ(conflict.conflicts.size(), 1u);
  EXPECT_EQ(describe(conflict.conflicts[0]), "chunk_double_update of /a: chunks [1]");
  EXPECT_TRUE(race.session.has_changes());
}

TEST(CommitWithSolver, GivesUpAsThePolicySays) {
  ManualClock clock(1'700'000'000'000'000);
  SeededRandom random(7);
  const Repository repository = furnished(make_memory_store(), {.clock = &clock, .random = &random});
  Session session = open_main(repository);
  write("/a", {0})(session);
  Session other = open_main(repository);
  write("/a", {1})(other);
  commit(other);
  const ConflictDetector detector;
  CommitOptions options{.solver = &detector, .retry = {.max_attempts = 1}};
  const auto outcome = session.commit("ours", Json::object(), options);
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(std::get<CommitConflict>(*outcome).conflicts.empty());
  // Pauses are made on the repository's clock.
  const TimestampUs before_us = clock.now_us();
  options.retry = {.max_attempts = 3, .first_pause_us = 60'000'000, .longest_pause_us = 60'000'000};
  EXPECT_TRUE(std::holds_alternative<Committed>(*session.commit("ours", Json::object(), options)));
  EXPECT_GT(clock.now_us(), before_us);
}

TEST(CommitWithSolver, EmptySessionsCommitWhereTheyAreToldTo) {
  const Repository repository = furnished(make_memory_store());
  Session session = open_main(repository);
  EXPECT_TRUE(std::holds_alternative<NothingToCommit>(*session.commit("x", Json::object(), CommitOptions{})));
  EXPECT_TRUE(std::holds_alternative<Committed>(*session.commit("x", Json::object(), {.allow_empty = true})));
  EXPECT_EQ(repository.history(Branch{"main"}).value()[0].message, "x");
}

/// Puts the snapshot of the commit that lost on the branch after all: as if its update had only been slow, and its
/// answer wrong.
SnapshotId land_late(const Repository& repository) {
  const auto repo = repository.state().load_repo().value();
  SnapshotInfo late;
  const auto objects = repository.store().list("snapshots/").value();
  for (const ObjectInfo& object : objects) {
    const auto id = SnapshotId::parse(object.key.substr(object.key.size() - 20)).value();
    if (!repo->info.find_snapshot(id)) late.id = id;
  }
  late.message = "late";
  late.flushed_at_us = repository.state().clock().now_us();
  EXPECT_OK(update_repo(repository.state(), {NewCommit{"main", late.id},
                                             [&](RepoInfo& info) -> Status {
                                               SnapshotInfo placed = late;
                                               const NamedRef* main = info.find_branch("main");
                                               placed.parent = static_cast<std::int32_t>(main->snapshot);
                                               set_ref(info.branches, "main", insert_snapshot(info, placed));
                                               return {};
                                             },
                                             nullptr}));
  return late.id;
}

TEST(Rebase, FindsItsOwnCommitAmongThoseOfTheBranch) {
  const Edit edit = write("/a", {0}, 2);
  {
    Race race(write("/a", {1}), edit);
    EXPECT_TRUE(std::holds_alternative<CommitConflict>(*race.session.commit("ours")));
    const SnapshotId late = land_late(race.repository);
    const auto outcome = race.session.rebase(ConflictDetector()).value();
    ASSERT_TRUE(std::holds_alternative<AlreadyCommitted>(outcome));
    EXPECT_EQ(std::get<AlreadyCommitted>(outcome).snapshot, late);
    EXPECT_EQ(race.session.base(), late);
    EXPECT_FALSE(race.session.has_changes());
    EXPECT_TRUE(std::holds_alternative<NothingToCommit>(*race.session.commit("again")));
  }
  // What was written since is not in it.
  Race race(write("/a", {1}), edit);
  EXPECT_TRUE(std::holds_alternative<CommitConflict>(*race.session.commit("ours")));
  land_late(race.repository);
  write("/a", {3})(race.session);
  const auto outcome = race.session.rebase(ConflictDetector());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::conflict);
  EXPECT_TRUE(race.session.has_changes());
}

/// Somebody else commits first, and each operation of the commit that rebases over it has a fault once.
TEST(CommitWithSolver, IsInTheHistoryOnceWhateverAnswerIsLost) {
  int cases = 0;
  for (const Fault fault :
       {Fault::lost_answer, Fault::refused, Fault::timed_out, Fault::lost_race, Fault::raced_itself}) {
    for (std::uint64_t operation = 0;; ++operation) {
      ManualClock clock(1'700'000'000'000'000);
      const auto store = std::make_shared<FaultStore>(make_memory_store());
      const Repository repository = furnished(store, {.clock = &clock});
      Session session = open_main(repository);
      write("/a", {0}, 2)(session);
      Session other = open_main(repository);
      write("/a", {1}, 3)(other);
      commit(other, "theirs");
      const std::uint64_t first = store->operations();
      store->plan(first + operation, fault);
      const ConflictDetector detector;
      const auto outcome = session.commit("ours", Json::object(), {.solver = &detector});
      if (store->operations() <= first + operation) break;
      ++cases;
      std::size_t count = 0;
      const auto history = repository.history(Branch{"main"}).value();
      for (const SnapshotSummary& one : history) count += one.message == "ours" ? 1 : 0;
      const bool committed = outcome && std::holds_alternative<Committed>(*outcome);
      EXPECT_EQ(count, committed ? 1u : 0u) << operation;
      // No conflict with itself.
      EXPECT_FALSE(outcome && std::holds_alternative<CommitConflict>(*outcome)) << operation;
      EXPECT_EQ(history[committed ? 1 : 0].message, "theirs");
    }
  }
  std::cout << cases << " cases\n";
  EXPECT_GT(cases, 20);
}

}  // namespace
}  // namespace vdp::icechunk
