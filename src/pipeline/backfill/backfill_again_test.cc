// Runs that are done again, on another day, or with what an earlier one left.
#include "pipeline/backfill/backfill_test.h"

namespace vdp::backfill {
namespace {

using BackfillAgainTest = BackfillTest;
constexpr std::int64_t hour_us = 3'600'000'000;

TEST_F(BackfillAgainTest, AFileThatWasLeftOutTwiceIsWrittenOnceItIsMended) {
  deliver(0, 3);
  ASSERT_TRUE(source_->put(key_of(1), as_bytes("this is no netCDF file")));
  // Without versions: each time the inventory says the same.
  const std::string inventory = inventory_of({key_of(0), key_of(1), key_of(2)});
  for (int time = 0; time < 2; ++time) {
    const auto report = run_of(inventory, 1);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->outcomes.rejected, 1U);
  }
  deliver(1, 2);
  const auto report = run_of(inventory, 1);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->outcomes.written, 1U);
  EXPECT_EQ(contents(file_), serial());
}

TEST_F(BackfillAgainTest, AListingGoesOnThoughFilesCameMeanwhile) {
  forked(3);
  deliver(3, 5);
  const auto report = run();
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->resumed);
  EXPECT_EQ(report->outcomes.written, 3U);
  const auto rest = run();
  ASSERT_TRUE(rest) << rest.error().text();
  EXPECT_EQ(rest->outcomes.written, 2U);
  EXPECT_EQ(contents(file_), serial());
}

TEST_F(BackfillAgainTest, AnotherInventoryUnderTheNameOfARunIsRefused) {
  forked(3);
  const auto refused = run_of(inventory_of({key_of(0)}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_NE(refused.error().text().find("another inventory"), std::string::npos) << refused.error().text();
}

TEST_F(BackfillAgainTest, FilesThatAreTooYoungAreLeftForLater) {
  deliver(0, 2);
  ManualClock clock(system_clock().now_us());
  reopen([](auto& file) { file.source.min_age = std::chrono::hours(1); }, clock);
  const auto refused = partition_inventory(*site_, request());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text().find("source.min_age"), std::string::npos) << refused.error().text();
  clock.sleep_us(2 * hour_us);
  const auto plan = partition_inventory(*site_, request());
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(plan->plan.files(), 2U);
}

TEST_F(BackfillAgainTest, ANewVersionThatDoesNotFitLeavesTheOldOneAsItIs) {
  deliver(0, 3);
  ASSERT_TRUE(run());
  const auto before = contents(file_);
  Bytes longer = netcdf_file();
  longer.push_back(0);
  for (std::uint64_t i = 0; i < 3; ++i) ASSERT_TRUE(source_->put(key_of(i), longer));
  reopen([](auto& file) { file.attributes.default_rule = dataset::AttributeRule::constant; });
  const Plan plan = partition_inventory(*site_, request(100))->plan;
  ASSERT_EQ(plan.files(), 3U);
  ASSERT_TRUE(initialize_run(*site_, plan));
  repository_ = *site_->open_repository();
  const auto partition = *fork_partition(*site_, *repository_, plan, 0);
  const auto done = work(partition, 0, 3);
  ASSERT_EQ(done.rejected, 0U);
  rewrite_child(done.child_key, [](Child& child) { child.granules[1].attributes["title"] = "another"; });
  const auto reduced = reduce_partition(*site_, *repository_, partition.work, 1);
  ASSERT_TRUE(reduced) << reduced.error().text();
  EXPECT_EQ(reduced->commit.outcomes.replaced, 2U);
  EXPECT_EQ(reduced->commit.outcomes.rejected, 1U);
  ASSERT_TRUE(promote_run(*site_, *repository_, plan));
  const auto references = [](std::vector<std::string> lines) {
    std::erase_if(lines, [](const std::string& line) { return !line.starts_with("/v ") || line.contains('{'); });
    return lines;
  };
  EXPECT_EQ(references(contents(file_)), references(before)) << "the slots of the old version were emptied";
}

TEST_F(BackfillAgainTest, AChildThatCannotBeTakenIsMadeAgain) {
  const auto partition = forked(4);
  const auto done = work(partition, 0, 2);
  rewrite_child(done.child_key, [](Child& child) { child.partition = 7; });
  const auto report = run();
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->outcomes.written, 4U);
  EXPECT_EQ(contents(file_), serial());
}

TEST_F(BackfillAgainTest, NothingToDoLeavesNothingBehind) {
  deliver(0, 3);
  ASSERT_TRUE(run());
  const auto report = run();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->plan.files(), 0U);
  EXPECT_TRUE(artifacts_->list("")->empty());
}

TEST_F(BackfillAgainTest, AMistypedYearDoesNotStretchTheAxis) {
  deliver(0, 2);
  deliver(100, 101);
  reopen([](auto& file) { file.forward.max_reserve = 100; });
  const auto refused = run();
  ASSERT_FALSE(refused) << "the axis has 303 slots now, and keeps them";
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  for (const std::string& word : {key_of(100), std::string("forward.max_reserve")}) {
    EXPECT_NE(refused.error().text().find(word), std::string::npos) << refused.error().text();
  }
}

TEST_F(BackfillAgainTest, ArtifactsThatAreGoneAreTold) {
  const auto partition = forked(2);
  ASSERT_TRUE(artifacts_->remove(plan_key(partition.work.plan)));
  const auto refused = run();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text().find("backfill-run"), std::string::npos) << refused.error().text();
}

}  // namespace
}  // namespace vdp::backfill
