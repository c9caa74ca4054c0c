// What is collected, what stays, and what changes while it goes on.
#include "icechunk/upkeep/collect.h"

#include "icechunk/format/snapshot.h"
#include "icechunk/upkeep/id_set.h"
#include "icechunk/upkeep/test_history.h"

namespace vdp::icechunk {
namespace {

/// main: setup, one, two; a branch "side" on setup with `lost`, which was deleted.
struct Abandoned : History {
  Abandoned() {
    one = commit(0, 1);
    EXPECT_OK(repository.create_branch("side", setup));
    lost = commit(1, 10, "side");
    lost_on_top = commit(2, 11, "side");
    delete_branch("side");
    two = commit(0, 2);
  }
  SnapshotId one, two, lost, lost_on_top;
};

TEST(Collect, TakesWhatNothingLeadsTo) {
  Abandoned history;
  const auto before = history.objects();
  const auto report = collect(history.repository, history.collect_all());
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(as_set(report->released), (std::set{history.lost, history.lost_on_top}));
  EXPECT_EQ(report->deleted.snapshots.objects, 2u);
  EXPECT_EQ(report->deleted.transaction_logs.objects, 2u);
  EXPECT_EQ(report->deleted.manifests.objects, 2u);
  EXPECT_EQ(report->deleted.chunks.objects, 2u);
  EXPECT_EQ(report->deleted.chunks.bytes, 2000u);
  EXPECT_EQ(history.objects().size(), before.size() - report->deleted.total().objects);
  EXPECT_EQ(history.objects().size(), report->kept.total().objects);
  EXPECT_EQ(history.memory->list("chunks/")->size(), report->kept.chunks.objects);
  EXPECT_EQ(report->kept.chunks.bytes, 1000 * report->kept.chunks.objects);
  EXPECT_FALSE(history.has_snapshot(history.lost));
  EXPECT_EQ(history.value(Branch{"main"}, 0), 2);
  EXPECT_EQ(history.value(history.one, 0), 1);
  EXPECT_TRUE(std::holds_alternative<GarbageCollected>(history.info().latest_updates.front().update));
  const auto again = collect(history.repository, history.collect_all());
  EXPECT_EQ(again->deleted.total().objects, 0u);
}

TEST(Collect, ADryRunTellsTheSameAndWritesNothing) {
  Abandoned history;
  const auto before = history.memory->list("").value();
  CollectOptions options = history.collect_all();
  options.dry_run = true;
  const auto told = collect(history.repository, options);
  const auto after = history.memory->list("").value();
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) EXPECT_EQ(after[i].etag, before[i].etag);
  options.dry_run = false;
  const auto done = collect(history.repository, options);
  EXPECT_EQ(told->released, done->released);
  EXPECT_EQ(told->deleted.total().objects, done->deleted.total().objects);
  EXPECT_EQ(told->deleted.total().bytes, done->deleted.total().bytes);
  EXPECT_EQ(told->kept.total().objects, done->kept.total().objects);
}

TEST(Collect, ADryRunTellsWhatGoesAfterAnExpiry) {
  Abandoned told_history;
  CollectOptions options = told_history.collect_all();
  options.dry_run = true;
  options.after_expiry = told_history.expire_all();
  const auto told = collect(told_history.repository, options);
  ASSERT_TRUE(told) << told.error().text();
  EXPECT_OK(expire(told_history.repository, told_history.expire_all()));
  const auto done = collect(told_history.repository, told_history.collect_all());
  EXPECT_EQ(told->deleted.total().objects, done->deleted.total().objects);
  EXPECT_GT(told->deleted.chunks.objects, 2u);
}

TEST(Collect, KeepsWhatIsYoung) {
  Abandoned history;
  CollectOptions options = history.collect_all();
  // Just before the younger of the lost ones was written.
  options.older_than_us = history.memory->head(snapshot_key(history.lost_on_top))->last_modified_us;
  const auto report = collect(history.repository, options);
  EXPECT_EQ(report->released, std::vector{history.lost});
  // What stays is moved down to what stays below it, and remembers what lay between.
  EXPECT_EQ(history.parent(history.lost_on_top), history.setup);
  EXPECT_EQ(history.snapshot(history.lost_on_top).pruned_ancestor_logs, std::vector{history.lost});
  EXPECT_EQ(history.value(history.lost_on_top, 1), 10);
  EXPECT_EQ(history.value(history.lost_on_top, 2), 11);
  EXPECT_TRUE(history.has(transaction_log_key(history.lost))) << "it is remembered";
  EXPECT_FALSE(history.has(snapshot_key(history.lost)));
}

TEST(Collect, TakesExpiredSnapshotsAndKeepsTheirLogs) {
  History history;
  const SnapshotId one = history.commit(0, 1);
  const SnapshotId two = history.commit(0, 2);
  EXPECT_OK(expire(history.repository, history.expire_all()));
  const auto report = collect(history.repository, history.collect_all());
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->released.empty()) << "expire took them out of the history";
  EXPECT_EQ(report->deleted.snapshots.objects, 2u);
  EXPECT_EQ(report->deleted.chunks.objects, 1u);
  EXPECT_FALSE(history.has(snapshot_key(one)));
  EXPECT_TRUE(history.has(transaction_log_key(one)));
  EXPECT_EQ(history.value(Branch{"main"}, 0), 2);
  EXPECT_EQ(history.repository.resolve(Branch{"main"}).value(), two);
}

TEST(Collect, NeverTakesBackupsOrWhatIsNoObjectOfARepository) {
  Abandoned history;
  const std::vector<std::string> foreign = {"chunks/notes.txt", "chunks/1cechnkrep0f1rstcmt0", "README.md",
                                            "snapshots/1CECHNKREP0F1RSTCMT0.tmp", "overwritten/repo.1.ABC"};
  for (const std::string& key : foreign) EXPECT_OK(history.memory->put(key, Bytes{1}));
  const std::size_t backups = history.memory->list("overwritten/")->size();
  EXPECT_OK(collect(history.repository, history.collect_all()));
  for (const std::string& key : foreign) EXPECT_TRUE(history.has(key)) << key;
  EXPECT_EQ(history.memory->list("overwritten/")->size(), backups + 1);
}

TEST(Collect, TakesOrphansOfEveryKind) {
  Abandoned history;
  EXPECT_OK(collect(history.repository, history.collect_all()));
  const auto clean = history.objects();
  for (const std::string prefix : {"snapshots/", "transactions/", "manifests/", "chunks/"}) {
    EXPECT_OK(history.memory->put(prefix + Id<12>::random(history.random).text(), Bytes(7, 1)));
  }
  const auto report = collect(history.repository, history.collect_all());
  EXPECT_EQ(report->deleted.total().objects, 4u);
  EXPECT_EQ(report->deleted.total().bytes, 28u);
  EXPECT_EQ(history.objects(), clean);
}

TEST(Collect, DeletesInBatches) {
  Abandoned history;
  for (int i = 0; i < 25; ++i) {
    EXPECT_OK(history.memory->put(chunk_key(ChunkId::random(history.random)), Bytes(1, 1)));
  }
  const auto hooked = std::make_shared<HookedStore>(history.memory);
  CollectOptions options = history.collect_all();
  options.max_batch = 10;
  EXPECT_OK(collect(history.open(hooked), options));
  EXPECT_EQ(hooked->removals, (std::vector<std::size_t>{2, 2, 2, 10, 10, 7}));
}

TEST(Collect, StopsBetweenBatches) {
  Abandoned history;
  std::atomic<bool> stop = false;
  CollectOptions options = history.collect_all();
  options.stop = &stop;
  options.on_progress = [&](const CollectProgress& progress) { stop = progress.deleted.objects != 0; };
  const auto stopped = collect(history.repository, options);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(history.value(Branch{"main"}, 0), 2);
  EXPECT_EQ(collect(history.repository, history.collect_all())->deleted.total().objects, 6u)
      << "two went before the stop";
}

// ---- While others write ----

TEST(Collect, StartsAgainWhereARefComesToADoomedSnapshot) {
  Abandoned history;
  const auto hooked = std::make_shared<HookedStore>(history.memory);
  hooked->before_copy = [&] { history.point_branch("rescue", history.lost); };
  const auto report = collect(history.open(hooked), history.collect_all());
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->released, std::vector{history.lost_on_top});
  EXPECT_EQ(history.value(Branch{"rescue"}, 1), 10);
}

TEST(Collect, StartsAgainWhereASnapshotIsPutOnADoomedOne) {
  Abandoned history;
  const auto hooked = std::make_shared<HookedStore>(history.memory);
  SnapshotId rescued;
  hooked->before_copy = [&] {
    history.point_branch("rescue", history.lost);
    rescued = history.commit(3, 30, "rescue");
    history.delete_branch("rescue");
  };
  const auto report = collect(history.open(hooked), history.collect_all());
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(history.value(rescued, 1), 10);
  EXPECT_EQ(history.value(rescued, 3), 30);
}

TEST(Collect, KeepsACommitThatCameMeanwhile) {
  Abandoned history;
  const auto hooked = std::make_shared<HookedStore>(history.memory);
  CollectOptions options = history.collect_all();
  SnapshotId late;
  hooked->before_copy = [&] { late = history.commit(4, 40); };
  // Its objects look old, as those of a session that lasted longer than the cutoff's age would.
  options.older_than_us = history.clock.now_us() + 10 * hour_us;
  history.clock.sleep_us(20 * hour_us);
  options.minimum_age_us = -20 * hour_us;
  const auto report = collect(history.open(hooked), options);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(history.repository.resolve(Branch{"main"}).value(), late);
  EXPECT_EQ(history.value(Branch{"main"}, 4), 40);
  EXPECT_EQ(history.value(Branch{"main"}, 0), 2);
}

// An amended commit has the parent of the one it replaces. Its parent stays, and yet it needs what a doomed one has.
TEST(Collect, KeepsWhatAnAmendedCommitSharesWithADoomedOne) {
  Abandoned history;
  const auto hooked = std::make_shared<HookedStore>(history.memory);
  SnapshotId amended;
  hooked->before_copy = [&] {
    auto snapshot = decode_snapshot(history.memory->get(snapshot_key(history.lost))->bytes).value();
    snapshot.id = amended = SnapshotId::random(history.random);
    EXPECT_OK(history.memory->put(snapshot_key(amended), encode_snapshot(snapshot)));
    history.edit([&](RepoInfo& info) {
      const auto parent = static_cast<std::int32_t>(*info.find_snapshot(history.setup));
      const std::uint32_t at = insert_snapshot(info, {amended, parent, snapshot.flushed_at_us, "amended", {}, {}});
      set_ref(info.branches, "amended", at);
    });
  };
  const auto report = collect(history.open(hooked), history.collect_all());
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(as_set(report->released).contains(history.lost));
  EXPECT_EQ(history.value(Branch{"amended"}, 1), 10);
}

// Virtual references are held by the session until it commits, so no cutoff can hurt it, whoever's clock is wrong.
TEST(Collect, ALongVirtualSessionSurvivesEveryCutoff) {
  for (const std::int64_t skew_us : {-hour_us / 6, std::int64_t{0}, hour_us / 6}) {
    Abandoned history;
    ManualClock writers_clock(history.clock.now_us() + skew_us);
    RepositoryOptions repository_options;
    repository_options.clock = &writers_clock;
    const Repository writer = Repository::open(history.memory, repository_options).value();
    Session session = open_main(writer);
    EXPECT_OK(session.set_refs("/a", steps({2}, "s3://archive/file.nc"), {5}));
    const TimestampUs begin_us = history.clock.now_us() - 5 * hour_us;
    for (int round = 0; round < 14; ++round) {
      history.clock.sleep_us(hour_us / 6);
      writers_clock.sleep_us(hour_us / 6);
      ExpireOptions expire_options;
      expire_options.older_than_us = std::min(begin_us + round * hour_us / 2, history.clock.now_us());
      expire_options.minimum_age_us = 0;
      EXPECT_OK(expire(history.repository, expire_options));
      CollectOptions options;
      options.older_than_us = expire_options.older_than_us;
      options.minimum_age_us = 0;
      EXPECT_OK(collect(history.repository, options));
    }
    commit(session, "after two hours");
    EXPECT_EQ(count_refs(open_main(history.repository), "/a"), 3u);
    EXPECT_EQ(history.value(Branch{"main"}, 0), 2);
    EXPECT_OK(expire(history.repository, history.expire_all()));
    EXPECT_OK(collect(history.repository, history.collect_all()));
    EXPECT_EQ(collect(history.repository, history.collect_all())->deleted.total().bytes, 0u);
    EXPECT_EQ(history.memory->list("snapshots/")->size(), 2u) << "the root and the tip";
    EXPECT_EQ(count_refs(open_main(history.repository), "/a"), 3u);
  }
}

// ---- What must delete nothing ----

struct Refusal {
  explicit Refusal(History& history, const CollectOptions& options, ObjectStorePtr over = nullptr) {
    const auto before = history.objects();
    const auto report = collect(history.open(over ? over : history.memory), options);
    refused = !report;
    if (refused) kind = report.error().kind;
    deleted_nothing = std::ranges::includes(history.objects(), before);
  }
  bool refused = false;
  bool deleted_nothing = false;
  ErrorKind kind = ErrorKind::internal;
};

TEST(Collect, DeletesNothingWhereAManifestCannotBeRead) {
  Abandoned history;
  const auto manifests = history.memory->list("manifests/").value();
  for (const ObjectInfo& manifest : manifests) {
    const Bytes whole = history.memory->get(manifest.key)->bytes;
    EXPECT_OK(history.memory->put(manifest.key, Bytes(whole.begin(), whole.end() - 5)));
  }
  const Refusal refusal(history, history.collect_all());
  EXPECT_TRUE(refusal.refused && refusal.deleted_nothing);
  EXPECT_EQ(refusal.kind, ErrorKind::corrupt);
}

TEST(Collect, DeletesNothingWhereASnapshotIsNotWhatItsNameSays) {
  Abandoned history;
  EXPECT_OK(history.memory->put(snapshot_key(history.one), history.memory->get(snapshot_key(history.two))->bytes));
  const Refusal refusal(history, history.collect_all());
  EXPECT_TRUE(refusal.refused && refusal.deleted_nothing);
  EXPECT_EQ(refusal.kind, ErrorKind::corrupt);
}

TEST(Collect, DeletesNothingWhereRepoSaysVersionOne) {
  Abandoned history;
  const Repository opened_before = history.open(history.memory);
  RepoInfo info = history.info();
  info.spec_version = 1;
  EXPECT_OK(history.memory->put(repo_key, *encode_repo_info(info)));
  const auto before = history.objects();
  const auto refused = collect(opened_before, history.collect_all());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
  EXPECT_EQ(history.objects(), before);
}

// From some operation on no answer comes back.
TEST(Collect, DeletesNothingWhereItIsUnknownWhetherRepoWasUpdated) {
  bool was_updated = false;
  for (std::uint64_t first = 0; !was_updated; ++first) {
    Abandoned history;
    const auto faulty = std::make_shared<FaultStore>(history.memory);
    const Repository repository = history.open(faulty);
    const auto before = history.objects();
    const CollectOptions options = history.collect_all();
    for (std::uint64_t i = 0; i < 500; ++i) faulty->plan(faulty->operations() + first + i, Fault::lost_answer);
    const auto report = collect(repository, options);
    ASSERT_FALSE(report);
    EXPECT_TRUE(std::ranges::includes(history.objects(), before)) << first;
    was_updated = !history.has_snapshot(history.lost);
    if (!was_updated) continue;
    EXPECT_EQ(report.error().kind, ErrorKind::outcome_unknown);
  }
}

TEST(Collect, RefusesACutoffThatIsTooYoung) {
  Abandoned history;
  CollectOptions options = history.collect_all();
  options.minimum_age_us = default_minimum_age_us;
  const Refusal refusal(history, options);
  EXPECT_TRUE(refusal.refused && refusal.deleted_nothing);
  EXPECT_EQ(refusal.kind, ErrorKind::invalid);
}

TEST(Collect, HoldsTheMinimumAgeByTheClockOfTheStore) {
  Abandoned history;
  ManualClock fast(history.clock.now_us() + 10 * day_us);
  RepositoryOptions repository_options;
  repository_options.clock = &fast;
  const Repository repository = Repository::open(history.memory, repository_options).value();
  CollectOptions options;
  options.older_than_us = fast.now_us() - 2 * day_us;
  const auto young = collect(repository, options);
  ASSERT_TRUE(young) << young.error().text();
  EXPECT_EQ(young->cutoff_us, history.clock.now_us() - day_us);
  EXPECT_EQ(young->deleted.total().objects, 0u) << "it all was written within the last day, as the store sees it";
  EXPECT_TRUE(young->released.empty());
  history.clock.sleep_us(2 * day_us);
  EXPECT_EQ(collect(repository, options)->deleted.total().objects, 8u);
}

TEST(Collect, AsksTheStoresClockWithoutATrace) {
  Abandoned history;
  const auto before = history.objects();
  EXPECT_EQ(store_time(history.repository.state()).value(), history.clock.now_us());
  EXPECT_EQ(history.objects(), before);
}

TEST(Sweep, AWholeSecondIsAnyTimeWithinIt) {
  ObjectInfo object{"chunks/x", 1, "", 5'000'000};
  EXPECT_FALSE(written_before(object, 5'000'001));
  EXPECT_FALSE(written_before(object, 5'999'999));
  EXPECT_TRUE(written_before(object, 6'000'000));
  object.last_modified_us = 5'000'001;
  EXPECT_FALSE(written_before(object, 5'000'001));
  EXPECT_TRUE(written_before(object, 5'000'002));
  object.last_modified_us = 0;
  EXPECT_FALSE(written_before(object, 6'000'000)) << "nobody knows when";
}

TEST(IdSet, HoldsEachIdOnce) {
  SeededRandom random(1);
  std::vector<ChunkId> ids;
  for (int i = 0; i < 5000; ++i) ids.push_back(ChunkId::random(random));
  IdSet<ChunkId> set;
  for (int round = 0; round < 3; ++round) {
    for (const ChunkId& id : ids) set.add(id);
  }
  EXPECT_EQ(set.size(), 5000u);
  for (const ChunkId& id : ids) EXPECT_TRUE(set.contains(id));
  EXPECT_FALSE(set.contains(ChunkId::random(random)));
}

}  // namespace
}  // namespace vdp::icechunk
