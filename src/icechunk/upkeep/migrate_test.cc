// Repositories of version 1 become such of version 2, whatever happens on the way.
#include "icechunk/upkeep/migrate.h"

#include <fmt/format.h>

#include <functional>

#include "icechunk/repo/legacy_config.h"
#include "icechunk/repo/legacy_refs.h"
#include "icechunk/upkeep/legacy_repository.h"
#include "icechunk/upkeep/test_history.h"

namespace vdp::icechunk {
namespace {

constexpr TimestampUs origin_us = 1'700'000'000'000'000;

LegacySnapshot snapshot(std::optional<SnapshotId> parent, std::int64_t second) {
  return {parent, origin_us + second * 1'000'000, fmt::format("at {}", second), {}};
}

SnapshotId id(std::uint8_t number) { return SnapshotId{{number}}; }

/// Entries of the log, the oldest first: "+SECONDS.US DESCRIPTION".
std::vector<std::string> entries(const RepoInfo& info) {
  std::vector<std::string> texts;
  for (auto at = info.latest_updates.rbegin(); at != info.latest_updates.rend(); ++at) {
    texts.push_back(
        fmt::format("{:.6f} {}", static_cast<double>(at->updated_at_us - origin_us) / 1e6, at->update.index()));
    EXPECT_EQ(at->backup, std::nullopt);
  }
  return texts;
}

TEST(MigratedRepoInfo, TellsTheHistoryAsTheOfficialLibraryDoes) {
  LegacyRepository legacy;
  legacy.snapshots = {{id(9), snapshot(std::nullopt, 0)},
                      {id(5), snapshot(id(9), 10)},
                      {id(7), snapshot(id(5), 20)},
                      {id(3), snapshot(id(5), 30)},
                      {id(4), snapshot(id(3), 40)}};
  legacy.refs.branches = {{"dev", id(4)}, {"main", id(7)}, {"a", id(3)}};
  legacy.refs.tags = {{"v1", id(5)}, {"v0", id(9)}};
  legacy.refs.deleted_tags = {{"gone", id(5)}, {"lost", id(200)}, {"never", std::nullopt}};
  const RepoInfo info = migrated_repo_info(legacy, origin_us + 50'000'000).value();

  EXPECT_EQ(info.spec_version, 2);
  ASSERT_EQ(info.snapshots.size(), 5u);
  EXPECT_EQ(info.snapshots[info.snapshots[*info.find_snapshot(id(4))].parent].id, id(3));
  EXPECT_EQ(info.snapshots[*info.find_snapshot(id(9))].parent, -1);
  EXPECT_EQ(info.snapshots[*info.find_snapshot(id(7))].message, "at 20");
  EXPECT_EQ(info.snapshots[info.find_branch("dev")->snapshot].id, id(4));
  EXPECT_EQ(info.snapshots[info.find_tag("v1")->snapshot].id, id(5));
  EXPECT_EQ(info.deleted_tags, (std::vector<std::string>{"gone", "lost", "never"}));
  EXPECT_EQ(info.status.set_at_us, origin_us);
  EXPECT_EQ(info.config, std::nullopt);
  // Numbers are the kinds of updates, counted from 0: 0 made, 4 tag made, 5 tag deleted, 6 branch made, 9 commit.
  EXPECT_EQ(entries(info),
            (std::vector<std::string>{"0.000000 0", "0.001000 4", "0.001001 4", "0.002000 5",      // v0, lost
                                      "10.000000 9", "10.001000 4", "10.001001 4", "10.002000 5",  // v1, gone
                                      "20.000000 9", "30.000000 9", "30.001000 6", "40.000000 9", "40.001000 6",
                                      "50.000000 1"}));
  const auto branch_of = [&](const SnapshotId& commit) -> std::string {
    for (const UpdateEntry& entry : info.latest_updates) {
      const auto* update = std::get_if<NewCommit>(&entry.update);
      if (update != nullptr && update->snapshot == commit) return update->branch;
    }
    return "none";
  };
  EXPECT_EQ(branch_of(id(5)), "main");
  EXPECT_EQ(branch_of(id(3)), "a");
  EXPECT_EQ(branch_of(id(4)), "dev");
  EXPECT_EQ(branch_of(id(9)), "none");
  EXPECT_OK(encode_repo_info(info));
}

TEST(MigratedRepoInfo, TimesIncreaseThoughTheClockIsBehind) {
  LegacyRepository legacy;
  legacy.snapshots = {{id(9), snapshot(std::nullopt, 100)}, {id(5), snapshot(id(9), 100)}};
  legacy.refs.branches = {{"main", id(5)}};
  const RepoInfo info = migrated_repo_info(legacy, origin_us).value();
  EXPECT_EQ(entries(info), (std::vector<std::string>{"100.000000 0", "100.000001 9", "100.000002 1"}));
  legacy.refs.branches = {{"other", id(5)}};
  EXPECT_EQ(migrated_repo_info(legacy, origin_us).error().kind, ErrorKind::corrupt);
}

/// A repository of version 1 in memory: two branches, a tag and a deleted one. Its snapshots have the headers of
/// version 2 (this program writes no others), so each is a root; tests/ has histories of the official library.
struct Legacy {
  Legacy() {
    Session session = with_array(new_repository(memory), int32_array({4}, {1}));
    EXPECT_OK(session.set_chunk("/a", {0}, Bytes{1, 1, 1, 1}));
    first = commit(session, "first");
    EXPECT_OK(session.set_chunk("/a", {0}, Bytes{2, 2, 2, 2}));
    second = commit(session, "second");
    EXPECT_OK(memory->remove(repo_key));
    set_ref("branch.main", second);
    set_ref("branch.dev", first);
    set_ref("tag.v1", first);
    set_ref("tag.gone", first);
    EXPECT_OK(memory->put("refs/tag.gone/ref.json.deleted", Bytes{}));
    EXPECT_OK(memory->put(legacy_config_key, to_bytes("inline_chunk_threshold_bytes: 7\n")));
  }

  void set_ref(const std::string& name, const SnapshotId& snapshot) const {
    EXPECT_OK(memory->put("refs/" + name + "/ref.json", to_bytes("{\"snapshot\":\"" + snapshot.text() + "\"}")));
  }

  Result<MigrateReport> migrate_over(const ObjectStorePtr& store, const MigrateOptions& options = {}) {
    RepositoryOptions repository_options;
    repository_options.clock = &clock;
    MigrateOptions serial = options;
    serial.threads = 1;
    return migrate(store, serial, repository_options);
  }

  bool is_readable() const {
    const Repository repository = Repository::open(memory).value();
    const Refs refs = repository.refs().value();
    EXPECT_EQ(refs.branches, (std::map<std::string, SnapshotId>{{"dev", first}, {"main", second}}));
    EXPECT_EQ(refs.tags, (std::map<std::string, SnapshotId>{{"v1", first}}));
    EXPECT_EQ(refs.deleted_tags, (std::map<std::string, std::optional<SnapshotId>>{{"gone", first}}));
    EXPECT_EQ(repository.config()->inline_chunk_threshold_bytes(), 7u);
    EXPECT_EQ(repository.readonly_session(Branch{"main"})->read_chunk("/a", {0}).value(), (Bytes{2, 2, 2, 2}));
    EXPECT_EQ(repository.readonly_session(Tag{"v1"})->read_chunk("/a", {0}).value(), (Bytes{1, 1, 1, 1}));
    return !::testing::Test::HasFailure();
  }

  std::map<std::string, Bytes> objects() const {
    std::map<std::string, Bytes> all;
    const auto listed = memory->list("").value();
    for (const ObjectInfo& object : listed) all[object.key] = memory->get(object.key)->bytes;
    return all;
  }

  ObjectStorePtr memory = make_memory_store();
  ManualClock clock{4'000'000'000'000'000};
  SnapshotId first, second;
};

TEST(Migrate, GivesOneOfVersionTwoThatCanBeWritten) {
  Legacy legacy;
  ASSERT_TRUE(legacy.is_readable());
  const MigrateReport report = legacy.migrate_over(legacy.memory).value();
  EXPECT_FALSE(report.was_migrated);
  EXPECT_EQ(report.snapshots, 2u);
  EXPECT_EQ(report.branches, 2u);
  EXPECT_EQ(report.tags, 1u);
  EXPECT_EQ(report.deleted_tags, 1u);
  EXPECT_TRUE(report.has_config);
  EXPECT_EQ(report.deleted_objects, 6u);
  EXPECT_EQ(count_objects(*legacy.memory, "refs/"), 0u);
  ASSERT_TRUE(legacy.is_readable());
  Repository repository = Repository::open(legacy.memory).value();
  EXPECT_EQ(repository.format_version(), 2);
  EXPECT_EQ(repository.operations()->front().description, "migrated from version 1 to 2");
  Session session = open_main(repository);
  EXPECT_OK(session.set_chunk("/a", {1}, Bytes{3, 3, 3, 3}));
  commit(session);
  EXPECT_EQ(repository.create_tag("gone", legacy.first).error().kind, ErrorKind::conflict);
}

TEST(Migrate, ADryRunWritesNothing) {
  Legacy legacy;
  const auto before = legacy.objects();
  MigrateOptions options;
  options.dry_run = true;
  const MigrateReport report = legacy.migrate_over(legacy.memory, options).value();
  EXPECT_EQ(report.deleted_objects, 6u);
  EXPECT_GT(report.repo_bytes, 100u);
  EXPECT_EQ(legacy.objects(), before);
}

TEST(Migrate, FormerRefsMayStayAndGoLater) {
  Legacy legacy;
  MigrateOptions options;
  options.delete_former_refs = false;
  EXPECT_EQ(legacy.migrate_over(legacy.memory, options)->deleted_objects, 0u);
  EXPECT_EQ(count_objects(*legacy.memory, "refs/"), 5u);
  const MigrateReport again = legacy.migrate_over(legacy.memory).value();
  EXPECT_TRUE(again.was_migrated);
  EXPECT_EQ(again.deleted_objects, 6u);
  EXPECT_EQ(count_objects(*legacy.memory, "refs/"), 0u);
  EXPECT_TRUE(legacy.is_readable());
}

TEST(Migrate, AnotherRepositorysRefsAreNotTouched) {
  const ObjectStorePtr store = make_memory_store();
  new_repository(store);
  ASSERT_TRUE(store->put("refs/branch.main/ref.json", to_bytes("{}")));
  const auto report = migrate(store, {});
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->was_migrated);
  EXPECT_EQ(count_objects(*store, "refs/"), 1u);
  EXPECT_EQ(migrate(make_memory_store(), {}).error().kind, ErrorKind::not_found);
}

TEST(Migrate, WhatCannotBeReadIsNotMigrated) {
  Legacy legacy;
  legacy.set_ref("branch.dev", id(77));
  EXPECT_EQ(legacy.migrate_over(legacy.memory).error().kind, ErrorKind::not_found);
  EXPECT_OK(legacy.memory->put(snapshot_key(id(77)), Bytes(100, 1)));
  EXPECT_EQ(legacy.migrate_over(legacy.memory).error().kind, ErrorKind::corrupt);
  EXPECT_OK(legacy.memory->put(snapshot_key(id(77)), legacy.memory->get(snapshot_key(legacy.first))->bytes));
  EXPECT_EQ(legacy.migrate_over(legacy.memory).error().kind, ErrorKind::corrupt);
  // A damaged snapshot that nothing leads to is no reason.
  legacy.set_ref("branch.dev", legacy.first);
  EXPECT_OK(legacy.migrate_over(legacy.memory));
}

/// Calls `hook` before the `count`-th listing of refs.
class ListingHook final : public ForwardingStore {
 public:
  ListingHook(ObjectStorePtr inner, int count, std::function<void()> hook)
      : ForwardingStore(std::move(inner)), count_(count), hook_(std::move(hook)) {}

  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override {
    if (prefix == "refs/" && --count_ == 0) hook_();
    return inner()->list(prefix);
  }

 private:
  int count_;
  std::function<void()> hook_;
};

TEST(Migrate, AWriterOfVersionOneIsNoticed) {
  // Before the second listing: all is read anew. Before the third `repo` is there, without the late snapshot.
  for (const int listing : {2, 3}) {
    Legacy legacy;
    const SnapshotId late = legacy.second;
    legacy.set_ref("branch.main", legacy.first);
    const auto hook = [&] { legacy.set_ref("branch.main", late); };
    const auto report = legacy.migrate_over(std::make_shared<ListingHook>(legacy.memory, listing, hook));
    const Repository repository = Repository::open(legacy.memory).value();
    ASSERT_EQ(repository.format_version(), 2);
    if (listing == 2) {
      ASSERT_TRUE(report) << report.error().text();
      EXPECT_EQ(repository.resolve(Branch{"main"}).value(), late);
    } else {
      EXPECT_EQ(report.error().kind, ErrorKind::conflict);
      EXPECT_EQ(count_objects(*legacy.memory, "refs/"), 5u);
      EXPECT_EQ(legacy.migrate_over(legacy.memory).error().kind, ErrorKind::conflict);
      // The way out that the message names.
      EXPECT_OK(legacy.memory->remove(repo_key));
      EXPECT_OK(legacy.migrate_over(legacy.memory));
      EXPECT_EQ(Repository::open(legacy.memory)->resolve(Branch{"main"}).value(), late);
    }
  }
}

TEST(Migrate, AnInterruptionLeavesAllReadableAndAnotherRunFinishes) {
  int cases = 0;
  int failed = 0;
  for (const Fault fault : {Fault::refused, Fault::lost_answer, Fault::lost_race}) {
    for (std::uint64_t operation = 0;; ++operation) {
      Legacy legacy;
      const auto faulty = std::make_shared<FaultStore>(legacy.memory);
      faulty->plan(operation, fault);
      const auto disturbed = legacy.migrate_over(faulty);
      if (faulty->operations() <= operation) {
        EXPECT_OK(disturbed);
        break;
      }
      ++cases;
      failed += !disturbed;
      ASSERT_TRUE(legacy.is_readable()) << "operation " << operation << ", fault " << static_cast<int>(fault);
      EXPECT_OK(legacy.migrate_over(legacy.memory));
      ASSERT_TRUE(legacy.is_readable()) << "operation " << operation << ", fault " << static_cast<int>(fault);
      ASSERT_EQ(Repository::open(legacy.memory)->format_version(), 2);
      ASSERT_EQ(count_objects(*legacy.memory, "refs/") + count_objects(*legacy.memory, "config"), 0u);
    }
  }
  fmt::print("{} faults, {} runs failed, all were finished by the next one\n", cases, failed);
  EXPECT_GT(cases, 40);
  EXPECT_GT(failed, 20);
}

}  // namespace
}  // namespace vdp::icechunk
