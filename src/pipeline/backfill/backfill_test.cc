// The stages over stores in memory, and what somebody plants among the artifacts.
#include "pipeline/backfill/backfill_test.h"

#include "pipeline/backfill/child_name.h"
#include "pipeline/backfill/stages.h"

namespace vdp::backfill {
namespace {

TEST_F(BackfillTest, EqualsTheSerialForwardRun) {
  deliver(0, 11);
  const auto report = run();
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->plan.partitions.size(), 3U);
  EXPECT_EQ(report->commits, 3U);
  EXPECT_EQ(report->outcomes.written, 11U);
  EXPECT_TRUE(report->promoted.promoted);
  EXPECT_TRUE(report->rejections.empty());
  EXPECT_EQ(contents(file_), serial());
}

TEST_F(BackfillTest, ASecondRunDoesWhatIsMissingAndNothingElse) {
  deliver(0, 5);
  ASSERT_TRUE(run());
  const auto again = run();
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->plan.files(), 0U);
  EXPECT_EQ(again->plan.unchanged, 5U);
  EXPECT_EQ(again->commits, 0U);
  deliver(5, 8);
  const auto more = run();
  ASSERT_TRUE(more) << more.error().text();
  EXPECT_EQ(more->outcomes.written, 3U);
  EXPECT_EQ(contents(file_), serial());
}

TEST_F(BackfillTest, WhatTheBranchGainedMeanwhileIsPlacedAgain) {
  deliver(0, 4);
  const auto plan = partition_inventory(*site_, request(2))->plan;
  ASSERT_TRUE(initialize_run(*site_, plan));
  deliver(4, 7);
  forward();  // old and new files alike, onto the branch that the run will replace
  const auto promoted = do_partitions_and_promote(plan);
  ASSERT_TRUE(promoted) << promoted.error().text();
  EXPECT_TRUE(promoted->promoted);
  EXPECT_EQ(promoted->placed_again, 3U);
  EXPECT_EQ(contents(file_), serial());
  auto repository = *site_->open_repository();
  const auto twice = promote_run(*site_, repository, plan);
  ASSERT_TRUE(twice) << twice.error().text();
  EXPECT_TRUE(twice->promoted);
  EXPECT_EQ(twice->snapshot, promoted->snapshot);
}

TEST_F(BackfillTest, WhatTheBranchGainedBeforeTheRunsBranchIsPlacedAgain) {
  deliver(0, 1);
  forward();
  deliver(1, 4);
  const auto plan = partition_inventory(*site_, request(2))->plan;
  deliver(4, 7);
  forward();
  ASSERT_TRUE(initialize_run(*site_, plan));
  const auto promoted = do_partitions_and_promote(plan);
  ASSERT_TRUE(promoted) << promoted.error().text();
  EXPECT_EQ(promoted->placed_again, 3U);
  EXPECT_EQ(contents(file_), serial());
}

TEST_F(BackfillTest, AStoreThatForwardMadeAfterThePlanIsPlacedAgain) {
  deliver(0, 2);
  const auto plan = partition_inventory(*site_, request(2))->plan;
  EXPECT_EQ(plan.base, "");
  deliver(2, 7);
  forward();
  ASSERT_TRUE(initialize_run(*site_, plan));
  const auto promoted = do_partitions_and_promote(plan);
  ASSERT_TRUE(promoted) << promoted.error().text();
  EXPECT_EQ(promoted->placed_again, 5U);
  EXPECT_EQ(contents(file_), serial());
}

TEST_F(BackfillTest, APartitionWithoutItsCommitIsNotPromoted) {
  deliver(0, 4);
  const auto plan = partition_inventory(*site_, request(2))->plan;
  ASSERT_TRUE(initialize_run(*site_, plan));
  auto repository = *site_->open_repository();
  const auto before = repository.resolve(icechunk::Branch{"main"});
  const auto promoted = promote_run(*site_, repository, plan);
  ASSERT_FALSE(promoted);
  EXPECT_EQ(promoted.error().kind, ErrorKind::conflict);
  EXPECT_NE(promoted.error().text().find("partitions 0, 1 of 2"), std::string::npos) << promoted.error().text();
  EXPECT_EQ(*repository.resolve(icechunk::Branch{"main"}), *before);
}

TEST_F(BackfillTest, StagesAreTheSameAsDocuments) {
  deliver(0, 5);
  const std::string list(inventory_by_listing);
  auto state = run_stage(*site_, "partition", {{"name", "run"}, {"inventory_uri", list}, {"partition_size", 3}});
  ASSERT_TRUE(state) << state.error().text();
  EXPECT_EQ(state->at("partitions").dump(), R"([{"index":0,"files":3},{"index":1,"files":2}])");
  state = run_stage(*site_, "initialize", *state);
  ASSERT_TRUE(state) << state.error().text();
  EXPECT_EQ(state->at("branch"), "backfill-run");
  for (int partition = 0; partition < 2; ++partition) {
    Json input = *state;
    input["partition"] = partition;
    const auto fork = run_stage(*site_, "fork", input);
    ASSERT_TRUE(fork) << fork.error().text();
    EXPECT_EQ(fork->at("items"), nullptr);
    const std::string items_key = fork->at("items_uri").get<std::string>().substr(artifacts_->url().size());
    const auto items = parse_json(as_text(artifacts_->get(items_key)->bytes));
    for (const Json& item : *items) {
      const auto done = run_stage(*site_, "process", {{"BatchInput", *fork}, {"Items", {item}}});
      ASSERT_TRUE(done) << done.error().text();
      EXPECT_EQ(done->at("files"), 1);
    }
    for (int time = 0; time < 2; ++time) {  // the second one finds the commit
      const auto reduced = run_stage(*site_, "reduce", *fork);
      ASSERT_TRUE(reduced) << reduced.error().text();
      EXPECT_EQ(reduced->at("files"), items->size());
    }
    EXPECT_EQ(run_stage(*site_, "fork", input)->at("done"), true);
  }
  const auto promoted = run_stage(*site_, "promote", *state);
  ASSERT_TRUE(promoted) << promoted.error().text();
  EXPECT_EQ(promoted->at("promoted"), true);
  EXPECT_EQ(contents(file_), serial());
}

TEST_F(BackfillTest, DocumentsAreChecked) {
  const auto refused = [&](std::string_view stage, const Json& input, const std::string& words) {
    const auto answer = run_stage(*site_, stage, input);
    ASSERT_FALSE(answer) << answer->dump();
    EXPECT_EQ(answer.error().kind, ErrorKind::invalid);
    EXPECT_NE(answer.error().text().find(words), std::string::npos) << answer.error().text();
  };
  refused("partition", Json::array(), "expected an object");
  refused("partition", {{"name", 1}, {"inventory_uri", "x"}}, "name: found 1, expected a text");
  refused("partition", {{"name", "../x"}, {"inventory_uri", "list:"}}, "name: found \"../x\"");
  refused("partition", {{"version", 2}, {"name", "x"}}, "version: found 2, expected 1");
  refused("partition", {{"name", "x"}, {"inventory_uri", "list:"}, {"partition_size", 0}}, "partition_size");
  refused("initialize", {{"plan_uri", "s3://elsewhere/plan.json"}}, "does not lie below");
  refused("process", {{"Items", Json::array()}}, "BatchInput: found nothing");
  refused("nonsense", Json::object(), "no stage \"nonsense\"");
}

TEST_F(BackfillTest, FindingsOfAnInventoryAreToldAllAtOnceAndNothingIsDone) {
  deliver(0, 2);
  auto lists = *open_store("memory://lists");
  const std::string text = fmt::format(R"(["{0}", "{0}", "stranger.txt", "/elsewhere/x.nc"])", key_of(0));
  ASSERT_TRUE(lists->put("list.json", as_bytes(text)));
  auto asked = request();
  asked.inventory = "memory://lists/list.json";
  const auto plan = partition_inventory(*site_, asked);
  ASSERT_FALSE(plan);
  const std::string error = plan.error().text();
  for (const std::string word : {"3 findings", "named more than once", "stranger.txt", "/elsewhere/x.nc"}) {
    EXPECT_NE(error.find(word), std::string::npos) << error;
  }
  EXPECT_TRUE(artifacts_->list("")->empty());
  EXPECT_FALSE(*icechunk::Repository::exists(*site_->target()));
}

TEST_F(BackfillTest, AMissingChildIsRefusedByName) {
  const auto partition = forked(4);
  work(partition, 0, 2);
  expect_refused(partition, ErrorKind::not_found, {"2 of 4 items", key_of(2), key_of(3)});
  work(partition, 2, 4);
  const auto reduced = reduce_partition(*site_, *repository_, partition.work);
  ASSERT_TRUE(reduced) << reduced.error().text();
  EXPECT_EQ(reduced->commit.outcomes.written, 4U);
}

TEST_F(BackfillTest, AWorkerThatRanTwiceCountsOnce) {
  const auto partition = forked(4);
  work(partition, 0, 2);
  work(partition, 0, 2);
  work(partition, 2, 4);
  work(partition, 0, 4);  // one of another batch size
  const auto reduced = reduce_partition(*site_, *repository_, partition.work);
  ASSERT_TRUE(reduced) << reduced.error().text();
  EXPECT_EQ(reduced->commit.outcomes.written, 4U);
  EXPECT_EQ(reduced->ignored.size(), 3U);
  ASSERT_TRUE(promote_run(*site_, *repository_, partition.work.plan));
  EXPECT_EQ(contents(file_), serial());
}

TEST_F(BackfillTest, ATruncatedChildIsRefusedByName) {
  const auto partition = forked(2);
  const auto done = work(partition, 0, 2);
  const Bytes whole = artifacts_->get(done.child_key)->bytes;
  for (const std::size_t size : {std::size_t{0}, std::size_t{50}, whole.size() / 2, whole.size() - 1}) {
    ASSERT_TRUE(artifacts_->put(done.child_key, ByteView(whole).first(size)));
    expect_refused(partition, ErrorKind::not_found, {done.child_key.substr(done.child_key.rfind('/') + 1), key_of(0)});
  }
  Bytes flipped = whole;
  flipped[flipped.size() / 2] ^= 1;
  ASSERT_TRUE(artifacts_->put(done.child_key, flipped));
  expect_refused(partition, ErrorKind::not_found, {"its hash does not fit"});
}

TEST_F(BackfillTest, ATruncatedForkIsRefusedByName) {
  const auto partition = forked(2);
  const std::string key = fork_key(partition.work.work_prefix);
  const Bytes whole = artifacts_->get(key)->bytes;
  ASSERT_TRUE(artifacts_->put(key, ByteView(whole).first(whole.size() / 2)));
  const auto worker = PartitionWorker::open(*site_, *repository_, partition.work);
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error().kind, ErrorKind::corrupt);
  EXPECT_NE(worker.error().text().find(key), std::string::npos) << worker.error().text();
}

TEST_F(BackfillTest, AForeignForkIsRefusedByName) {
  const auto partition = forked(2);
  const auto other_base = *repository_->resolve(icechunk::Branch{"main"});
  const std::string key = fork_key(partition.work.work_prefix);
  const Bytes own = artifacts_->get(key)->bytes;
  icechunk::ForkContent content = icechunk::Fork::decode(own)->content();
  content.base = other_base;
  ASSERT_TRUE(artifacts_->put(key, icechunk::Fork(content).encode()));
  auto worker = PartitionWorker::open(*site_, *repository_, partition.work);
  ASSERT_FALSE(worker);
  EXPECT_NE(worker.error().text().find("a fork of snapshot " + other_base.text()), std::string::npos);
  ASSERT_TRUE(artifacts_->put(key, own));

  const auto done = work(partition, 0, 2);
  const Bytes child = artifacts_->get(done.child_key)->bytes;
  const auto planted = [&](const std::function<void(Child&)>& change, const std::string& reason) {
    ASSERT_TRUE(artifacts_->put(done.child_key, child));
    rewrite_child(done.child_key, change);
    expect_refused(partition, ErrorKind::not_found, {reason, done.child_key.substr(done.child_key.rfind('/') + 1)});
  };
  planted([&](Child& c) { c.changes = icechunk::Fork(content); }, "a fork of snapshot " + other_base.text());
  planted([](Child& c) { c.plan = "0123456789abcdef"; }, "of plan 0123456789abcdef");
  planted([](Child& c) { c.partition = 7; }, "partition 7");
  planted([](Child& c) { c.granules.pop_back(); }, "1 items");
  planted([](Child& c) { std::swap(c.granules[0].record, c.granules[1].record); }, "expected");
  planted([](Child& c) { c.granules[1].kind = Outcome::Kind::rejected; }, "which none of its files fills");
}

TEST_F(BackfillTest, AForkOfAnotherRepositoryIsRefused) {
  const auto partition = forked(2);
  const auto done = work(partition, 0, 2);
  rewrite_child(done.child_key, [](Child& child) {
    auto content = child.changes.content();
    content.repository = std::string(64, '0');
    child.changes = icechunk::Fork(content);
  });
  const auto reduced = reduce_partition(*site_, *repository_, partition.work);
  ASSERT_FALSE(reduced);
  EXPECT_EQ(reduced.error().kind, ErrorKind::invalid);
  EXPECT_NE(reduced.error().text().find(done.child_key.substr(done.child_key.rfind('/') + 1)), std::string::npos);
  EXPECT_EQ(*repository_->resolve(icechunk::Branch{"backfill-run"}), partition.work.base);
}

TEST_F(BackfillTest, PlantedOverlapIsRefusedByName) {
  const auto partition = forked(4);
  work(partition, 0, 2);
  work(partition, 2, 4);
  const auto done = work(partition, 0, 2);
  const auto objects = artifacts_->list(children_prefix(partition.work.work_prefix));
  for (const auto& object : *objects) {
    const bool is_older = object.key.find("00000-00002") != std::string::npos && object.key != done.child_key;
    if (is_older) {
      ASSERT_TRUE(artifacts_->remove(object.key));
    }
  }
  rewrite_child(done.child_key, [](Child& child) { child.granules[1].box.end += 1; });
  expect_refused(partition, ErrorKind::conflict, {"fill the same slots", key_of(1), key_of(2)});
}

TEST_F(BackfillTest, ChildrenThatOverlapWithoutACoverAreRefusedByName) {
  const auto partition = forked(4);
  work(partition, 0, 3);
  const auto done = work(partition, 1, 4);
  expect_refused(partition, ErrorKind::conflict, {"overlap", done.child_key.substr(done.child_key.rfind('/') + 1)});
}

TEST_F(BackfillTest, StrangersAndLeftoversAreIgnoredAndTold) {
  const auto partition = forked(2);
  work(partition, 0, 2);
  const std::string children = children_prefix(partition.work.work_prefix);
  ASSERT_TRUE(artifacts_->put(children + "readme.txt", as_bytes("x")));
  ASSERT_TRUE(artifacts_->put(children + "00000-00009.ABC.child", as_bytes("x")));
  ASSERT_TRUE(artifacts_->put(children + "00000-00002.0.child", as_bytes("x")));
  const auto reduced = reduce_partition(*site_, *repository_, partition.work);
  ASSERT_TRUE(reduced) << reduced.error().text();
  ASSERT_EQ(reduced->ignored.size(), 3U);
  EXPECT_NE(fmt::format("{}", fmt::join(reduced->ignored, "\n")).find("readme.txt"), std::string::npos);
  ASSERT_TRUE(promote_run(*site_, *repository_, partition.work.plan));
  EXPECT_EQ(contents(file_), serial());
}

TEST_F(BackfillTest, BadFilesAreLeftOutUpToATolerance) {
  deliver(0, 6);
  ASSERT_TRUE(source_->put(key_of(2), as_bytes("this is no netCDF file")));
  const auto refused = run();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::limit);
  EXPECT_NE(refused.error().text().find(key_of(2)), std::string::npos) << refused.error().text();
  const auto tolerated = run(4, 1);
  ASSERT_TRUE(tolerated) << tolerated.error().text();
  EXPECT_EQ(tolerated->outcomes.written, 5U);
  ASSERT_EQ(tolerated->rejections.size(), 1U);
  EXPECT_NE(tolerated->rejections[0].uri.find(key_of(2)), std::string::npos);
  deliver(2, 3);
  const auto repaired = run();
  ASSERT_TRUE(repaired) << repaired.error().text();
  EXPECT_EQ(repaired->outcomes.written, 1U);
  EXPECT_EQ(contents(file_), serial());
}

TEST(ChildName, TellsItsItems) {
  const std::string name = child_name({10, 20}, "ABC");
  EXPECT_EQ(name, "00010-00020.ABC.child");
  EXPECT_EQ(items_of_child_name(name), (ItemRange{10, 20}));
  EXPECT_EQ(items_of_child_name(child_name({99'999, 123'456}, "A")), (ItemRange{99'999, 123'456}));
  for (const char* stranger :
       {"", ".child", "00010-00020.child", "00010-00020..child", "10-20.A.child", "00020-00010.A.child",
        "00010-00020.A", "00010-00020.A.child.tmp", "x00010-00020.A.child"}) {
    EXPECT_FALSE(items_of_child_name(stranger)) << stranger;
  }
}

}  // namespace
}  // namespace vdp::backfill
