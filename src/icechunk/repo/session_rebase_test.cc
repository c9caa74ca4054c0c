// Rebase: what conflicts, what a solver makes of it, and commits that rebase by themselves.
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/repo_edit.h"
#include "icechunk/repo/repo_update.h"
#include "icechunk/repo/test_repository.h"
#include "store/fault_store.h"

namespace vdp::icechunk {
namespace {

using Edit = std::function<void(Session&)>;

Edit write(const std::string& path, zarr::Shape index, std::uint8_t value = 9) {
  return [=](Session& session) { EXPECT_OK(session.set_chunk(path, index, Bytes{value})); };
}
Edit erase(const std::string& path, zarr::Shape index) {
  return [=](Session& session) { EXPECT_OK(session.delete_chunk(path, index)); };
}
Edit remove(const std::string& path) {
  return [=](Session& session) { EXPECT_OK(session.delete_node(path)); };
}
Edit make_group(const std::string& path, const Json& attributes = Json::object()) {
  return [=](Session& session) { EXPECT_OK(session.set_group(path, zarr::zarr_json_group(attributes))); };
}
Edit make_array(const std::string& path, zarr::Shape shape = {8}) {
  return [=](Session& session) { EXPECT_OK(session.set_array(path, int32_array(shape, {1}))); };
}
Edit describe_array(const std::string& path, zarr::Shape shape = {8}) {
  return [=](Session& session) {
    zarr::ArrayMetadata metadata = int32_array(shape, {1});
    metadata.attributes = {{"changed", session.base().text()}};
    EXPECT_OK(session.set_array(path, metadata));
  };
}
Edit all(std::vector<Edit> edits) {
  return [=](Session& session) {
    for (const Edit& edit : edits) edit(session);
  };
}

/// A repository with the arrays /a, /b and /g/x of eight chunks, of which the first six are there, and the groups /g
/// and /h.
Repository furnished(const ObjectStorePtr& store, const RepositoryOptions& options = {}) {
  Repository repository = Repository::create(store, {}, options).value();
  Session session = open_main(repository);
  for (const char* group : {"/", "/g", "/h"}) make_group(group)(session);
  for (const char* array : {"/a", "/b", "/g/x"}) {
    make_array(array)(session);
    for (std::uint64_t i = 0; i < 6; ++i) write(array, {i}, 1)(session);
  }
  commit(session, "furnished");
  return repository;
}

/// Both start from one base; theirs is committed first.
struct Race {
  Race(const Edit& theirs, const Edit& ours)
      : repository(furnished(make_memory_store())), session(open_main(repository)) {
    Session first = open_main(repository);
    theirs(first);
    tip = commit(first, "theirs");
    ours(session);
  }

  /// "kind path" of each conflict; empty where there is none.
  std::vector<std::string> rebase(const ConflictSolver& solver = ConflictDetector()) {
    const SnapshotId base = session.base();
    const auto outcome = session.rebase(solver);
    EXPECT_OK(outcome);
    std::vector<std::string> found;
    if (!outcome) return {"error"};
    if (std::holds_alternative<Rebased>(*outcome)) {
      EXPECT_EQ(session.base(), tip);
      return found;
    }
    EXPECT_EQ(session.base(), base);
    for (const Conflict& conflict : std::get<RebaseStopped>(*outcome).conflicts) {
      found.push_back(std::string(to_string(conflict.kind)) + " " + conflict.path);
      if (!conflict.chunks.empty()) chunks = conflict.chunks;
    }
    return found;
  }

  std::optional<Bytes> chunk(const std::string& path, zarr::Shape index) {
    const auto read = repository.readonly_session(Branch{"main"})->read_chunk(path, index);
    EXPECT_OK(read);
    return *read;
  }

  Repository repository;
  Session session;
  SnapshotId tip;
  std::vector<std::vector<std::uint32_t>> chunks;
};

using Found = std::vector<std::string>;

TEST(Rebase, FindsEveryKindOfConflict) {
  struct Case {
    const char* name;
    Edit theirs;
    Edit ours;
    Found expected;
  };
  const std::vector<Case> cases = {
      {"both made an array", make_array("/n"), make_array("/n"), {"new_node_conflicts_with_existing_node /n"}},
      {"both made a group", make_group("/n"), make_group("/n"), {"new_node_conflicts_with_existing_node /n"}},
      {"the group became an array",
       all({remove("/h"), make_array("/h")}),
       make_array("/h/n"),
       {"new_node_in_invalid_group /h"}},
      {"the group is gone", remove("/h"), make_array("/h/n"), {"new_node_in_invalid_group /h"}},
      {"both described an array", describe_array("/a"), describe_array("/a"), {"zarr_metadata_double_update /a"}},
      {"both described a group",
       make_group("/g", {{"k", 1}}),
       make_group("/g", {{"k", 2}}),
       {"zarr_metadata_double_update /g"}},
      {"described what is gone", remove("/a"), describe_array("/a"), {"zarr_metadata_update_of_deleted_array /a"}},
      {"described a group that is gone",
       remove("/h"),
       make_group("/h", {{"k", 2}}),
       {"zarr_metadata_update_of_deleted_group /h"}},
      {"wrote into what is gone", remove("/a"), write("/a", {1}), {"chunks_updated_in_deleted_array /a"}},
      {"wrote into what was described", describe_array("/a"), write("/a", {1}), {"chunks_updated_in_updated_array /a"}},
      {"wrote the same chunk", write("/a", {1}), write("/a", {1}), {"chunk_double_update /a"}},
      {"deleted a chunk that they wrote", write("/a", {1}), erase("/a", {1}), {"chunk_double_update /a"}},
      {"deleted what they wrote to", write("/a", {1}), remove("/a"), {"delete_of_updated_array /a"}},
      {"deleted what they described", describe_array("/a"), remove("/a"), {"delete_of_updated_array /a"}},
      {"deleted a group that they described",
       make_group("/h", {{"k", 1}}),
       remove("/h"),
       {"delete_of_updated_group /h"}},
      {"deleted a group with an array that they wrote to",
       write("/g/x", {1}),
       remove("/g"),
       {"delete_of_updated_array /g/x"}},
      {"grew the same array",
       describe_array("/a", {9}),
       describe_array("/a", {10}),
       {"zarr_metadata_double_update /a"}},
      {"shrank over what they wrote", write("/a", {5}), describe_array("/a", {4}), {"chunk_double_update /a"}},
      {"shrank over a chunk that was not there",
       write("/a", {7}),
       describe_array("/a", {4}),
       {"chunk_double_update /a"}},
      // What the official library does not find.
      {"deleted a group that they filled", make_array("/h/n"), remove("/h"), {"new_node_in_deleted_group /h/n"}},
      {"deleted what they replaced",
       all({remove("/a"), make_array("/a")}),
       remove("/a"),
       {"delete_of_updated_array /a"}},
      {"both replaced",
       all({remove("/a"), make_array("/a")}),
       all({remove("/a"), make_array("/a")}),
       {"delete_of_updated_array /a"}},
      {"deleted a group that they replaced",
       all({remove("/h"), make_group("/h", {{"k", 1}})}),
       remove("/h"),
       {"delete_of_updated_group /h"}},
  };
  for (const Case& one : cases) {
    Race race(one.theirs, one.ours);
    EXPECT_EQ(race.rebase(), one.expected) << one.name;
  }
}

TEST(Rebase, ChangesThatHaveNothingInCommonStayWhole) {
  struct Case {
    const char* name;
    Edit theirs;
    Edit ours;
  };
  const std::vector<Case> cases = {
      {"other chunks", write("/a", {1}, 7), write("/a", {2}, 8)},
      {"other arrays", describe_array("/a"), describe_array("/b")},
      {"we describe, they write", write("/a", {1}), describe_array("/a")},
      {"we grow, they write", write("/a", {1}), describe_array("/a", {12})},
      {"we shrink, they write inside", write("/a", {1}), describe_array("/a", {4})},
      {"both deleted", remove("/a"), all({remove("/a"), write("/b", {0})})},
      {"both deleted a group", remove("/g"), all({remove("/g"), write("/b", {0})})},
      {"they deleted, we replaced", remove("/a"), all({remove("/a"), make_array("/a", {3})})},
      {"new nodes", make_array("/h/one"), make_array("/h/two")},
  };
  for (const Case& one : cases) {
    Race race(one.theirs, one.ours);
    EXPECT_EQ(race.rebase(), Found()) << one.name;
    commit(race.session, "ours");
    const auto history = race.repository.history(Branch{"main"}).value();
    EXPECT_EQ(history[0].message, "ours");
    EXPECT_EQ(history[1].message, "theirs");
  }
  Race race(write("/a", {1}, 7), all({write("/a", {2}, 8), describe_array("/b"), make_array("/h/n")}));
  EXPECT_EQ(race.rebase(), Found());
  commit(race.session);
  EXPECT_EQ(race.chunk("/a", {1}), Bytes{7});
  EXPECT_EQ(race.chunk("/a", {2}), Bytes{8});
  EXPECT_EQ(race.chunk("/b", {5}), Bytes{1});
}

TEST(Rebase, NewMetadataGetsTheirChunks) {
  Race race(all({write("/a", {1}, 7), write("/a", {6}, 8)}), describe_array("/a", {12}));
  EXPECT_EQ(race.rebase(), Found());
  commit(race.session);
  EXPECT_EQ(race.chunk("/a", {1}), Bytes{7});
  EXPECT_EQ(race.chunk("/a", {6}), Bytes{8});
  EXPECT_EQ(race.chunk("/a", {0}), Bytes{1});
  EXPECT_EQ(race.chunk("/a", {11}), std::nullopt);
}

TEST(Rebase, AnotherDataTypeConflictsWithWrittenChunks) {
  Race race(write("/a", {1}), [](Session& session) {
    zarr::ArrayMetadata metadata = int32_array({8}, {1});
    metadata.data_type = zarr::signed_integer(8);
    EXPECT_OK(session.set_array("/a", metadata));
  });
  EXPECT_EQ(race.rebase(), Found{"metadata_update_of_written_chunks /a"});
  EXPECT_EQ(race.chunks, (std::vector<std::vector<std::uint32_t>>{{1}}));
}

TEST(Rebase, NothingIsRebasedAcrossAMove) {
  const Repository repository = furnished(make_memory_store());
  Session session = open_main(repository);
  write("/b", {1})(session);
  Session moving = repository.rearrange_session("main").value();
  EXPECT_OK(moving.move_node("/g", "/h/g"));
  commit(moving, "moved");
  const auto outcome = session.rebase(BasicConflictSolver()).value();
  const auto& stopped = std::get<RebaseStopped>(outcome);
  ASSERT_EQ(stopped.conflicts.size(), 1u);
  EXPECT_EQ(stopped.conflicts[0].kind, ConflictKind::move_operation_cannot_be_rebased);
}

TEST(Rebase, ASolverDecidesAboutChunks) {
  const Edit theirs = all({write("/a", {1}, 5), write("/a", {2}, 5)});
  const Edit ours = all({write("/a", {2}, 6), write("/a", {3}, 6)});
  {
    Race race(theirs, ours);
    EXPECT_EQ(race.rebase(BasicConflictSolver()), Found());
    commit(race.session);
    EXPECT_EQ(race.chunk("/a", {1}), Bytes{5});
    EXPECT_EQ(race.chunk("/a", {2}), Bytes{6});
    EXPECT_EQ(race.chunk("/a", {3}), Bytes{6});
  }
  {
    Race race(theirs, ours);
    EXPECT_EQ(race.rebase(BasicConflictSolver({.on_chunk_conflict = Resolution::keep_theirs})), Found());
    commit(race.session);
    EXPECT_EQ(race.chunk("/a", {2}), Bytes{5});
    EXPECT_EQ(race.chunk("/a", {3}), Bytes{6});
  }
  {
    Race race(theirs, ours);
    EXPECT_EQ(race.rebase(BasicConflictSolver({.on_chunk_conflict = Resolution::unsolved})),
              Found{"chunk_double_update /a"});
    EXPECT_EQ(race.chunks, (std::vector<std::vector<std::uint32_t>>{{2}}));
  }
}

TEST(Rebase, WhatOursCutOffStaysGone) {
  Race race(write("/a", {7}, 5), describe_array("/a", {4}));
  EXPECT_EQ(race.rebase(BasicConflictSolver()), Found());
  commit(race.session, "cut");
  describe_array("/a", {8})(race.session);
  commit(race.session, "grown");
  EXPECT_EQ(race.chunk("/a", {7}), std::nullopt);
  EXPECT_EQ(race.chunk("/a", {3}), Bytes{1});
}

TEST(Rebase, ASolverDecidesAboutDeletions) {
  {
    Race race(write("/a", {1}), remove("/a"));
    EXPECT_EQ(race.rebase(BasicConflictSolver({.fail_on_delete_of_updated_array = true})),
              Found{"delete_of_updated_array /a"});
    EXPECT_EQ(race.rebase(BasicConflictSolver()), Found());
    commit(race.session);
    EXPECT_EQ(race.repository.readonly_session(Branch{"main"})->kind("/a"), std::nullopt);
  }
  {
    Race race(make_group("/h", {{"k", 1}}), remove("/h"));
    EXPECT_EQ(race.rebase(BasicConflictSolver({.fail_on_delete_of_updated_group = true})),
              Found{"delete_of_updated_group /h"});
    EXPECT_EQ(race.rebase(BasicConflictSolver()), Found());
  }
  // No solver gives leave to delete what the session never saw.
  Race race(all({remove("/a"), make_array("/a")}), remove("/a"));
  EXPECT_EQ(race.rebase(BasicConflictSolver()), Found{"delete_of_updated_array /a"});
}

TEST(Rebase, StopsAtTheFirstCommitThatConflicts) {
  const Repository repository = furnished(make_memory_store());
  Session session = open_main(repository);
  write("/a", {0})(session);
  std::vector<SnapshotId> tips;
  for (std::uint64_t chunk : {1, 2, 0, 3}) {
    Session other = open_main(repository);
    write("/a", {chunk})(other);
    tips.push_back(commit(other));
  }
  const auto outcome = session.rebase(ConflictDetector()).value();
  EXPECT_EQ(std::get<RebaseStopped>(outcome).at, tips[2]);
  EXPECT_EQ(session.base(), tips[1]);
  EXPECT_TRUE(session.has_changes());
  // With another solver it goes on from there.
  EXPECT_EQ(std::get<Rebased>(session.rebase(BasicConflictSolver()).value()).commits, 2u);
  EXPECT_EQ(session.base(), tips[3]);
}

TEST(Rebase, AMissingLogAborts) {
  const ObjectStorePtr store = make_memory_store();
  const Repository repository = furnished(store);
  Session session = open_main(repository);
  write("/b", {0})(session);
  Session other = open_main(repository);
  write("/a", {1})(other);
  const SnapshotId tip = commit(other);
  EXPECT_OK(store->remove(transaction_log_key(tip)));
  const SnapshotId base = session.base();
  const auto outcome = session.rebase(BasicConflictSolver());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::not_found);
  EXPECT_EQ(session.base(), base);
}

TEST(Rebase, ABranchThatWasResetIsNoBase) {
  Repository repository = furnished(make_memory_store());
  const SnapshotId first = repository.resolve(Branch{"main"}).value();
  Session other = open_main(repository);
  write("/a", {1})(other);
  const SnapshotId second = commit(other);
  Session session = open_main(repository);
  write("/b", {1})(session);
  EXPECT_OK(repository.reset_branch("main", first, second));
  const auto outcome = session.rebase(BasicConflictSolver());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::conflict);
}

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
