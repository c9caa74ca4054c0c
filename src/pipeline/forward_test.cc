// What becomes of messages, whatever the processor says of their granules.
#include "pipeline/forward.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "queue/granule_message.h"
#include "queue/memory_queue.h"
#include "store/memory_store.h"

namespace vdp {
namespace {

/// Says of each granule what a script says, and commits nothing.
class ScriptedProcessor final : public Processor {
 public:
  using Script = std::function<Outcome(const Granule&)>;
  explicit ScriptedProcessor(Script script) : script_(std::move(script)) {}

  std::string name() const override { return "scripted"; }
  Result<icechunk::Repository> initialize_store(std::span<const Granule>) override {
    return icechunk::Repository::create(make_memory_store("forward"));
  }
  Result<icechunk::Session> initialize_session(icechunk::Repository& repository) override {
    return repository.writable_session("main");
  }
  Result<Outcome> process_file(icechunk::Session&, const Granule& granule) override {
    ++offered[granule.key];
    return script_(granule);
  }
  Result<icechunk::CommitOutcome> commit_processed_files(icechunk::Session&,
                                                         std::span<const Outcome> outcomes) override {
    if (conflicts_left > 0) {
      --conflicts_left;
      return icechunk::CommitConflict{};
    }
    if (unknowns_left > 0) {
      --unknowns_left;
      return icechunk::CommitUnknown{};
    }
    batches.push_back(outcomes.size());
    if (after_batch) after_batch();
    return icechunk::NothingToCommit{};
  }

  std::map<std::string, int> offered;
  std::vector<std::size_t> batches;
  std::function<void()> after_batch;
  int conflicts_left = 0;
  int unknowns_left = 0;

 private:
  Script script_;
};

Outcome written(const Granule& granule) { return {Outcome::Kind::written, granule, {}, 1, {}, false}; }

class ForwardTest : public testing::Test {
 protected:
  ForwardTest() {
    options_.batch = 2;
    options_.clock = &clock_;
  }

  void send(const std::vector<std::string>& keys) {
    std::vector<std::string> bodies;
    for (const auto& key : keys) bodies.push_back(encode_granule({"file:///" + key, key, 0, "", 0}));
    ASSERT_TRUE(queue_->send(bodies));
  }

  ForwardReport run(ScriptedProcessor& processor) {
    auto repository = processor.initialize_store({});
    EXPECT_TRUE(repository);
    auto report = forward(processor, *repository, *queue_, options_);
    EXPECT_TRUE(report) << report.error().text();
    return *report;
  }

  QueueDepth depth() { return queue_->depth().value(); }

  ManualClock clock_{1'000'000'000};
  QueuePtr queue_ = make_memory_queue({.max_receives = 3, .clock = &clock_});
  ForwardOptions options_;
};

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
