// What becomes of messages, whatever the processor says of their granules.
#include "pipeline/forward/scripted_processor.h"

namespace vdp {
namespace {

TEST_F(ForwardTest, DrainsInBatches) {
  send({"a", "b", "c"});
  ScriptedProcessor processor(written);
  const auto report = run(processor);
  EXPECT_EQ(report.outcomes.written, 3U);
  EXPECT_EQ(report.refs, 3U);
  EXPECT_EQ(processor.batches, (std::vector<std::size_t>{2, 1}));
  EXPECT_EQ(depth().waiting + depth().in_flight + depth().dead, 0U);
}

TEST_F(ForwardTest, OnceTakesOneBatch) {
  send({"a", "b", "c"});
  options_.mode = ForwardMode::once;
  ScriptedProcessor processor(written);
  EXPECT_EQ(run(processor).outcomes.written, 2U);
  EXPECT_EQ(depth().waiting, 1U);
}

TEST_F(ForwardTest, StopsAfterTheBatchInHand) {
  send({"a", "b", "c"});
  options_.mode = ForwardMode::follow;
  std::atomic<bool> stop = false;
  options_.stop = &stop;
  ScriptedProcessor processor(written);
  processor.after_batch = [&] { stop = true; };
  EXPECT_EQ(run(processor).outcomes.written, 2U);
  EXPECT_EQ(depth().waiting, 1U);
  EXPECT_EQ(depth().in_flight, 0U);
}

TEST_F(ForwardTest, AWindowFillsABatch) {
  send({"a"});
  options_.mode = ForwardMode::once;
  options_.window_us = 1'000'000;
  ScriptedProcessor processor(written);
  const TimestampUs before_us = clock_.now_us();
  EXPECT_EQ(run(processor).outcomes.written, 1U);
  EXPECT_EQ(clock_.now_us() - before_us, 1'000'000);
}

TEST_F(ForwardTest, RejectedGranulesAreDeadLettersAtOnce) {
  send({"a", "bad", "c"});
  ScriptedProcessor processor([](const Granule& granule) {
    return granule.key == "bad" ? Outcome::rejected(granule, "why") : written(granule);
  });
  const auto report = run(processor);
  EXPECT_EQ(report.outcomes.written, 2U);
  EXPECT_EQ(report.outcomes.rejected, 1U);
  EXPECT_EQ(processor.offered["bad"], 1);
  const auto letters = queue_->dead_letters(10).value();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].reason, "why");
}

TEST_F(ForwardTest, AMessageThatIsNoGranuleIsADeadLetter) {
  ASSERT_TRUE(queue_->send(std::vector<std::string>{"no JSON"}));
  send({"a"});
  ScriptedProcessor processor(written);
  const auto report = run(processor);
  EXPECT_EQ(report.outcomes.written, 1U);
  EXPECT_EQ(report.outcomes.rejected, 1U);
  EXPECT_EQ(depth().dead, 1U);
}

TEST_F(ForwardTest, WhatWaitsForOthersIsOfferedWithEachBatch) {
  send({"d", "c", "b", "a"});
  std::string last = "`";  // the character before a
  ScriptedProcessor processor([&](const Granule& granule) {
    if (granule.key[0] == last[0] + 1) {
      last = granule.key;
      return written(granule);
    }
    Outcome outcome = Outcome::deferred(granule, "not its turn");
    outcome.waits = true;
    return outcome;
  });
  send({"e", "f", "g"});
  const auto report = run(processor);
  // d, c wait; then b waits and a is written; d, c, b come before e and f, in an order of their own.
  EXPECT_EQ(report.outcomes.written + report.outcomes.deferred, 7U);
  EXPECT_GE(report.outcomes.written, 2U);
  EXPECT_EQ(depth().dead, 0U);
  EXPECT_EQ(depth().waiting, report.outcomes.deferred);  // given back at once
  EXPECT_EQ(depth().in_flight, 0U);
  EXPECT_GT(processor.offered["d"], 1);
}

TEST_F(ForwardTest, WhatFailsForAWhileComesBackLaterAndDiesInTheEnd) {
  send({"a"});
  ScriptedProcessor processor([](const Granule& granule) { return Outcome::deferred(granule, "no answer"); });
  for (int delivery = 1; delivery < 3; ++delivery) {
    const auto report = run(processor);
    EXPECT_EQ(report.outcomes.deferred, 1U);
    EXPECT_EQ(processor.offered["a"], delivery);
    EXPECT_EQ(depth().in_flight, 1U);
    clock_.sleep_us(options_.visibility_timeout_us);
  }
  const auto report = run(processor);
  EXPECT_EQ(report.outcomes.rejected, 1U);
  EXPECT_EQ(report.outcomes.deferred, 0U);
  const auto letters = queue_->dead_letters(10).value();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].reason, "no answer (given up after 3 deliveries)");
}

TEST_F(ForwardTest, ReplaysHoweverOftenOthersAreFirst) {
  send({"a"});
  ScriptedProcessor processor(written);
  processor.conflicts_left = 200;
  const TimestampUs before_us = clock_.now_us();
  const auto report = run(processor);
  EXPECT_EQ(report.outcomes.written, 1U);
  EXPECT_EQ(report.retries, 200U);
  EXPECT_EQ(processor.offered["a"], 201);
  EXPECT_GT(clock_.now_us(), before_us) << "it never paused";
}

TEST_F(ForwardTest, GivesUpInTheEndAndTheMessageComesBack) {
  send({"a"});
  options_.max_attempts = 3;
  ScriptedProcessor processor(written);
  processor.conflicts_left = 3;
  auto repository = processor.initialize_store({});
  const auto report = forward(processor, *repository, *queue_, options_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::conflict);
  clock_.sleep_us(options_.visibility_timeout_us);
  EXPECT_EQ(run(processor).outcomes.written, 1U);
}

TEST_F(ForwardTest, AfterAnUnknownCommitTheBatchIsPlacedAgainOnTheTipThatIsThere) {
  send({"a", "b"});
  ScriptedProcessor processor(written);
  processor.unknowns_left = 2;
  EXPECT_EQ(run(processor).retries, 2U);
  EXPECT_EQ(processor.offered["a"], 3);
  EXPECT_EQ(depth().waiting + depth().in_flight, 0U);
}

TEST_F(ForwardTest, ManyUnknownCommitsInARowEndTheConsumerAndKeepTheMessages) {
  send({"a"});
  ScriptedProcessor processor(written);
  processor.unknowns_left = 100;
  auto repository = processor.initialize_store({});
  const auto report = forward(processor, *repository, *queue_, options_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::outcome_unknown);
  EXPECT_EQ(processor.offered["a"], 3);
  clock_.sleep_us(options_.visibility_timeout_us + 1);
  EXPECT_EQ(depth().waiting, 1U);
}

TEST_F(ForwardTest, DrainWaitsForWhatAnotherConsumerHolds) {
  send({"a"});
  ASSERT_EQ(queue_->receive(1, 5'000'000).value().size(), 1U);  // by a consumer that dies
  ScriptedProcessor processor(written);
  EXPECT_EQ(run(processor).outcomes.written, 1U);
  EXPECT_EQ(depth().in_flight, 0U);
}

}  // namespace
}  // namespace vdp
