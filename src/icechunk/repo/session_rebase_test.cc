// Rebase: what conflicts, and what a solver makes of it.
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/test_race.h"

namespace vdp::icechunk {
namespace {

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
      {"moved chunks, they wrote one", write("/a", {7}), shift("/a", 1), {"chunk_double_update /a"}},
      {"moved chunks of what they described",
       describe_array("/a"),
       shift("/a", 1),
       {"chunks_updated_in_updated_array /a"}},
      {"moved chunks of what is gone", remove("/a"), shift("/a", 1), {"chunks_updated_in_deleted_array /a"}},
      {"wrote a chunk that they moved", shift("/a", 1), write("/a", {1}), {"chunk_double_update /a"}},
      {"both moved chunks", shift("/a", 1), shift("/a", 1), {"chunk_double_update /a"}},
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

/// Their manifests are not those of the new base: nothing of it may get lost, and nothing come back.
TEST(Rebase, MovedChunksStayMoved) {
  Race race(all({write("/b", {1}, 7), make_array("/h/n")}), all({shift("/a", 2), write("/a", {0}, 8)}));
  EXPECT_EQ(race.rebase(), Found());
  commit(race.session);
  EXPECT_EQ(race.chunk("/a", {0}), Bytes{8});
  EXPECT_EQ(race.chunk("/a", {1}), std::nullopt);
  EXPECT_EQ(race.chunk("/a", {7}), Bytes{1});
  EXPECT_EQ(race.chunk("/b", {1}), Bytes{7});
}

TEST(Rebase, NoSolverLaysMovedChunksOverWrittenOnes) {
  for (const Resolution winner : {Resolution::keep_ours, Resolution::keep_theirs}) {
    Race race(write("/a", {1}, 7), shift("/a", 2));
    EXPECT_EQ(race.rebase(BasicConflictSolver({winner, false, false})), Found{"chunk_double_update /a"});
    EXPECT_EQ(race.chunks, (std::vector<std::vector<std::uint32_t>>{{1}}));
  }
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

}  // namespace
}  // namespace vdp::icechunk
