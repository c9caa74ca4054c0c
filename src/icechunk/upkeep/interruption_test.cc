// Expire and collect with a fault at every operation of the store, one after the other, until a run meets none.
#include <fmt/format.h>

#include "icechunk/upkeep/test_history.h"

namespace vdp::icechunk {
namespace {

/// Two branches, a tag, overwritten chunks, an abandoned branch, and orphans of a commit that failed.
struct Busy : History {
  Busy() : History(7) {
    for (std::uint8_t i = 0; i < 4; ++i) commit(i % 2, i);
    EXPECT_OK(repository.create_tag("v1", commit(2, 20)));
    EXPECT_OK(repository.create_branch("dev", setup));
    commit(3, 30, "dev");
    commit(3, 31, "dev");
    EXPECT_OK(repository.create_branch("gone", setup));
    commit(4, 40, "gone");
    commit(4, 41, "gone");
    delete_branch("gone");
    commit(2, 21);
    clock.sleep_us(hour_us);
    cutoff_us = clock.now_us();
    clock.sleep_us(hour_us);
    commit(5, 50);
    commit(5, 51);
    for (const std::string prefix : {"manifests/", "chunks/"}) {
      EXPECT_OK(memory->put(prefix + Id<12>::random(random).text(), Bytes(9, 9)));
    }
    clock.sleep_us(day_us);
  }

  Status keep_house(const ObjectStorePtr& over) {
    RepositoryOptions repository_options;
    repository_options.clock = &clock;
    repository_options.random = &random;
    VDP_ASSIGN(const Repository opened, Repository::open(over, repository_options));
    ExpireOptions expire_options;
    expire_options.older_than_us = cutoff_us;
    VDP_TRY(expire(opened, expire_options));
    CollectOptions collect_options;
    collect_options.older_than_us = cutoff_us;
    collect_options.threads = 1;
    collect_options.max_batch = 2;
    VDP_TRY(collect(opened, collect_options));
    return {};
  }

  /// A quiet run, and one so much later that all garbage is old.
  void finish() {
    EXPECT_OK(keep_house(memory));
    clock.sleep_us(3 * day_us);
    cutoff_us = clock.now_us() - day_us;
    EXPECT_OK(keep_house(memory));
  }

  bool is_readable() {
    const std::vector<std::tuple<Revision, std::uint64_t, std::uint8_t>> tips = {
        {Branch{"main"}, 0, 2},  {Branch{"main"}, 1, 3}, {Branch{"main"}, 2, 21},
        {Branch{"main"}, 5, 51}, {Branch{"dev"}, 3, 31}, {Tag{"v1"}, 2, 20}};
    for (const auto& [revision, chunk, expected] : tips) {
      EXPECT_EQ(value(revision, chunk), expected) << describe(revision) << ", chunk " << chunk;
    }
    // And whatever is in the history can be read.
    const auto history = repository.history(Branch{"main"}).value();
    for (const SnapshotSummary& one : history) {
      EXPECT_OK(repository.readonly_session(one.id));
      const bool has_values = one.parent && one.message != "setup";
      EXPECT_EQ(value(one.id, 0).has_value(), has_values) << one.message;
    }
    return !::testing::Test::HasFailure();
  }

  TimestampUs cutoff_us = 0;
};

TEST(Interruption, AtEveryOperationLeavesAllReadableAndAnotherRunFinishes) {
  Busy undisturbed;
  undisturbed.finish();
  ASSERT_TRUE(undisturbed.is_readable());
  const auto expected = undisturbed.objects();
  int cases = 0;
  int failed = 0;
  for (const Fault fault : {Fault::refused, Fault::lost_answer, Fault::lost_race}) {
    for (std::uint64_t operation = 0;; ++operation) {
      Busy busy;
      const auto faulty = std::make_shared<FaultStore>(busy.memory);
      faulty->plan(operation, fault);
      const Status disturbed = busy.keep_house(faulty);
      if (faulty->operations() <= operation) {
        EXPECT_OK(disturbed);
        break;
      }
      ++cases;
      if (!disturbed) ++failed;
      ASSERT_TRUE(busy.is_readable()) << "operation " << operation << ", fault " << static_cast<int>(fault);
      busy.finish();
      ASSERT_TRUE(busy.is_readable()) << "operation " << operation << ", fault " << static_cast<int>(fault);
      ASSERT_EQ(busy.objects(), expected) << "operation " << operation << ", fault " << static_cast<int>(fault);
    }
  }
  fmt::print("{} faults, {} runs failed, all were finished by the next one\n", cases, failed);
  RecordProperty("faults", cases);
  EXPECT_GT(cases, 150);
  EXPECT_GT(failed, cases / 3);
}

}  // namespace
}  // namespace vdp::icechunk
