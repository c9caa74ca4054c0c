// Which snapshots and refs expire, and what becomes of those that stay.
#include "icechunk/upkeep/expire.h"

#include "icechunk/upkeep/test_history.h"

namespace vdp::icechunk {
namespace {

using Ids = std::vector<SnapshotId>;

/// c0 to c5 in a line, the first one on top of the repository's root.
struct Line : History {
  Line() {
    // The array belongs to c0: there is nothing between the root and it.
    c.push_back(setup);
    for (std::uint8_t i = 1; i < 6; ++i) c.push_back(commit(i, i));
  }
  /// Just after that snapshot was flushed.
  ExpireOptions older_than(std::size_t after) {
    ExpireOptions options = expire_all();
    options.older_than_us = snapshot(c[after]).flushed_at_us + 1;
    return options;
  }
  Ids c;
};

TEST(Expire, FollowsTheOfficialRules) {
  Line line;
  EXPECT_OK(line.repository.create_branch("side", line.c[2]));
  EXPECT_OK(line.repository.create_tag("t", line.c[1]));
  ExpireOptions options = line.older_than(3);
  options.tags = ExpiredRefs::remove;
  const auto report = expire(line.repository, options);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(as_set(report->released), (std::set{line.c[0], line.c[1], line.c[3]}));
  EXPECT_EQ(as_set(report->edited), (std::set{line.c[2], line.c[4]}));
  EXPECT_EQ(report->deleted_tags, std::vector<std::string>{"t"});
  EXPECT_EQ(line.parent(line.c[2]), first_snapshot_id);
  EXPECT_EQ(line.snapshot(line.c[2]).pruned_ancestor_logs, (Ids{line.c[0], line.c[1]}));
  EXPECT_EQ(line.parent(line.c[4]), first_snapshot_id);
  EXPECT_EQ(line.snapshot(line.c[4]).pruned_ancestor_logs, (Ids{line.c[0], line.c[1], line.c[2], line.c[3]}));
  EXPECT_EQ(line.parent(line.c[5]), line.c[4]);
  EXPECT_EQ(line.info().snapshots.size(), 4u);
  EXPECT_EQ(line.info().deleted_tags, std::vector<std::string>{"t"});
  EXPECT_TRUE(std::holds_alternative<SnapshotsExpired>(line.info().latest_updates.front().update));
  EXPECT_EQ(line.value(Branch{"side"}, 2), 2);
  EXPECT_EQ(line.value(Branch{"main"}, 5), 5);
}

TEST(Expire, TouchesNoObject) {
  Line line;
  const auto before = line.objects();
  EXPECT_OK(expire(line.repository, line.expire_all()));
  EXPECT_EQ(line.objects(), before);
}

TEST(Expire, KeepsTheRootAndTheTipOfMain) {
  Line line;
  ExpireOptions options = line.expire_all();
  options.branches = ExpiredRefs::remove;
  options.tags = ExpiredRefs::remove;
  EXPECT_OK(line.repository.create_tag("at-root", first_snapshot_id));
  const auto report = expire(line.repository, options);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->released.size(), 5u);
  EXPECT_TRUE(report->deleted_branches.empty());
  EXPECT_TRUE(report->deleted_tags.empty()) << "a root is never old";
  EXPECT_EQ(line.parent(line.c[5]), first_snapshot_id);
  EXPECT_EQ(line.value(Branch{"main"}, 3), 3);
}

TEST(Expire, KeepsTipsUnlessTheyAreToGo) {
  for (const bool keep : {true, false}) {
    Line line;
    EXPECT_OK(line.repository.create_branch("dev", line.c[1]));
    EXPECT_OK(line.repository.create_tag("v", line.c[3]));
    ExpireOptions options = line.expire_all();
    options.branches = keep ? ExpiredRefs::keep : ExpiredRefs::remove;
    options.tags = options.branches;
    const auto report = expire(line.repository, options);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(line.has_snapshot(line.c[1]), keep);
    EXPECT_EQ(line.has_snapshot(line.c[3]), keep);
    EXPECT_EQ(report->deleted_branches.size(), keep ? 0u : 1u);
    EXPECT_EQ(report->deleted_tags.size(), keep ? 0u : 1u);
    EXPECT_EQ(line.info().branches.size(), keep ? 2u : 1u);
  }
}

TEST(Expire, ARefThatSharesItsSnapshotWithAKeptOneGoesAlone) {
  Line line;
  EXPECT_OK(line.repository.create_branch("like-main", line.c[5]));
  EXPECT_OK(line.repository.create_tag("main", line.c[2]));  // a tag of that name is a tag like any other
  EXPECT_OK(line.repository.create_branch("kept", line.c[2]));
  ExpireOptions options = line.expire_all();
  options.tags = ExpiredRefs::remove;
  EXPECT_EQ(expire(line.repository, options)->deleted_tags, std::vector<std::string>{"main"});
  EXPECT_TRUE(line.has_snapshot(line.c[2]));
  options.branches = ExpiredRefs::remove;
  EXPECT_EQ(expire(line.repository, options)->deleted_branches, (std::vector<std::string>{"kept", "like-main"}));
  EXPECT_TRUE(line.has_snapshot(line.c[5]));
  EXPECT_FALSE(line.has_snapshot(line.c[2]));
}

TEST(Expire, KeepsTheNewestOfEachBranchThatStays) {
  Line line;
  EXPECT_OK(line.repository.create_branch("side", line.c[2]));
  ExpireOptions options = line.expire_all();
  options.keep_newest = 2;
  const auto report = expire(line.repository, options);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(as_set(report->released), (std::set{line.c[0], line.c[3]}));
  EXPECT_EQ(report->kept, 5u) << "four and the root";
  EXPECT_EQ(line.parent(line.c[5]), line.c[4]);
  EXPECT_EQ(line.parent(line.c[4]), first_snapshot_id);
  EXPECT_EQ(line.snapshot(line.c[4]).pruned_ancestor_logs, (Ids{line.c[0], line.c[1], line.c[2], line.c[3]}));
  EXPECT_EQ(line.parent(line.c[2]), line.c[1]);
  EXPECT_EQ(line.snapshot(line.c[1]).pruned_ancestor_logs, Ids{line.c[0]});

  // A branch that goes holds nothing.
  Line other;
  EXPECT_OK(other.repository.create_branch("side", other.c[2]));
  options = other.expire_all();
  options.keep_newest = 2;
  options.branches = ExpiredRefs::remove;
  EXPECT_EQ(as_set(expire(other.repository, options)->released),
            (std::set{other.c[0], other.c[1], other.c[2], other.c[3]}));
  // More than there are is all of them.
  Line whole;
  options = whole.expire_all();
  options.keep_newest = 100;
  EXPECT_TRUE(expire(whole.repository, options)->released.empty());
}

TEST(Expire, KeepsProtectedNames) {
  Line line;
  for (const char* name : {"release/1", "draft"}) EXPECT_OK(line.repository.create_branch(name, line.c[1]));
  for (const char* name : {"v1", "v2", "nightly"}) EXPECT_OK(line.repository.create_tag(name, line.c[3]));
  EXPECT_OK(line.repository.create_tag("lone", line.c[2]));
  ExpireOptions options = line.expire_all();
  options.branches = ExpiredRefs::remove;
  options.tags = ExpiredRefs::remove;
  options.protected_branches = {"release/*"};
  options.protected_tags = {"v?", "none"};
  const auto report = expire(line.repository, options);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->deleted_branches, std::vector<std::string>{"draft"});
  EXPECT_EQ(report->deleted_tags, (std::vector<std::string>{"lone", "nightly"}));
  EXPECT_EQ(as_set(report->released), (std::set{line.c[0], line.c[2], line.c[4]}));
  EXPECT_EQ(line.value(Tag{"v2"}, 3), 3);
  EXPECT_EQ(line.value(Branch{"release/1"}, 1), 1);
}

TEST(Expire, AnotherRunRemembersWhatTheFirstOnePassedOver) {
  Line line;
  const ExpireOptions later = line.older_than(3);
  EXPECT_OK(expire(line.repository, line.older_than(1)));
  EXPECT_EQ(line.snapshot(line.c[2]).pruned_ancestor_logs, (Ids{line.c[0], line.c[1]}));
  const auto report = expire(line.repository, later);
  EXPECT_EQ(as_set(report->released), (std::set{line.c[2], line.c[3]}));
  EXPECT_EQ(line.snapshot(line.c[4]).pruned_ancestor_logs, (Ids{line.c[0], line.c[1], line.c[2], line.c[3]}));
  EXPECT_TRUE(expire(line.repository, later)->released.empty());
}

TEST(Expire, TheBoundIsExclusive) {
  Line line;
  ExpireOptions options = line.older_than(0);
  --options.older_than_us;
  EXPECT_TRUE(expire(line.repository, options)->released.empty());
}

TEST(Expire, ADryRunTellsAndWritesNothing) {
  Line line;
  const std::string etag = line.memory->head(repo_key)->etag;
  ExpireOptions options = line.expire_all();
  options.dry_run = true;
  EXPECT_EQ(expire(line.repository, options)->released.size(), 5u);
  EXPECT_EQ(line.memory->head(repo_key)->etag, etag);
  EXPECT_EQ(line.memory->list("overwritten/")->size(), 6u);
}

TEST(Expire, IsComputedAnewWhereSomebodyWasFaster) {
  Line line;
  const auto hooked = std::make_shared<HookedStore>(line.memory);
  hooked->before_copy = [&] { EXPECT_OK(Repository(line.repository).create_tag("just-now", line.c[1])); };
  const auto report = expire(line.open(hooked), line.expire_all());
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_FALSE(as_set(report->released).contains(line.c[1]));
  EXPECT_EQ(line.value(Tag{"just-now"}, 1), 1);
}

TEST(Expire, RefusesACutoffThatIsTooYoung) {
  Line line;
  ExpireOptions options = line.expire_all();
  options.minimum_age_us = default_minimum_age_us;
  const auto refused = expire(line.repository, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  options.older_than_us -= day_us;
  EXPECT_OK(expire(line.repository, options));
}

TEST(Expire, DeletesNoTagWhereAFlagForbidsIt) {
  Line line;
  EXPECT_OK(line.repository.create_tag("v", line.c[3]));
  line.edit([](RepoInfo& info) { info.disabled_feature_flags = {5}; });
  ExpireOptions options = line.expire_all();
  options.tags = ExpiredRefs::remove;
  const auto refused = expire(line.repository, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::denied);
  EXPECT_EQ(line.value(Tag{"v"}, 3), 3);
}

TEST(Expire, RefusesVersionOneWithAdvice) {
  const ObjectStorePtr store = make_memory_store();
  const std::string ref = "{\"snapshot\":\"" + first_snapshot_id.text() + "\"}";
  EXPECT_OK(store->put("refs/branch.main/ref.json", Bytes(ref.begin(), ref.end())));
  const Repository repository = Repository::open(store).value();
  const auto refused = expire(repository, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
  EXPECT_NE(refused.error().text().find("migrate"), std::string::npos);
  EXPECT_EQ(collect(repository, {}).error().kind, ErrorKind::unsupported);
}

TEST(Expire, LeavesARepositoryThatIsNotOnline) {
  Line line;
  line.edit([](RepoInfo& info) { info.status.availability = Availability::read_only; });
  EXPECT_EQ(expire(line.repository, line.expire_all()).error().kind, ErrorKind::denied);
  EXPECT_EQ(collect(line.repository, line.collect_all()).error().kind, ErrorKind::denied);
}

}  // namespace
}  // namespace vdp::icechunk
