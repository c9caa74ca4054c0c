// Forward with a deadline: what there is no time for is not begun, and nothing is lost.
#include "pipeline/forward/scripted_processor.h"

namespace vdp {
namespace {

constexpr std::int64_t second_us = 1'000'000;

class ForwardDeadlineTest : public ForwardTest {
 protected:
  ForwardDeadlineTest() {
    options_.batch = 10;
    options_.commit_margin_us = 5 * second_us;
    options_.read_margin_us = 10 * second_us;
  }

  void set_deadline_in(std::int64_t left_s) { options_.deadline_us = clock_.now_us() + left_s * second_us; }

  /// Each file takes ten seconds.
  ScriptedProcessor::Script slow() {
    return [this](const Granule& granule) {
      clock_.sleep_us(10 * second_us);
      return written(granule);
    };
  }

  Error failure_of(ScriptedProcessor& processor) {
    auto repository = processor.initialize_store({});
    const auto report = forward(processor, *repository, *queue_, options_);
    EXPECT_FALSE(report);
    return report ? Error{} : report.error();
  }
};

TEST_F(ForwardDeadlineTest, WhatThereIsNoTimeToReadIsDeferredAndTheRestIsCommitted) {
  send({"a", "b", "c", "d"});
  set_deadline_in(35);  // 20 s to read
  ScriptedProcessor processor(slow());
  const auto report = run(processor);
  EXPECT_EQ(report.outcomes.written, 2U);
  EXPECT_EQ(report.outcomes.deferred, 2U);
  ASSERT_EQ(report.not_written.size(), 2U);
  EXPECT_NE(report.not_written[0].reason.find("too little time left"), std::string::npos);
  EXPECT_EQ(processor.batches, (std::vector<std::size_t>{4}));
  EXPECT_LE(clock_.now_us(), *options_.deadline_us);
  clock_.sleep_us(options_.visibility_timeout_us);
  options_.deadline_us.reset();
  EXPECT_EQ(run(processor).outcomes.written, 2U);
}

TEST_F(ForwardDeadlineTest, NoFurtherBatchIsTaken) {
  options_.batch = 1;
  send({"a", "b", "c", "d"});
  set_deadline_in(35);
  ScriptedProcessor processor(slow());
  EXPECT_EQ(run(processor).outcomes.written, 2U);
  EXPECT_EQ(depth().waiting, 2U);
  EXPECT_EQ(depth().in_flight, 0U);
}

TEST_F(ForwardDeadlineTest, FollowingEndsInTime) {
  options_.mode = ForwardMode::follow;
  options_.window_us = 3600 * second_us;
  send({"a"});
  set_deadline_in(60);
  ScriptedProcessor processor(written);
  run(processor);
  EXPECT_EQ(*options_.deadline_us - clock_.now_us(), 15 * second_us);
}

TEST_F(ForwardDeadlineTest, AReplayThatThereIsNoTimeForIsCancelledAndNothingIsLost) {
  send({"a", "b"});
  set_deadline_in(60);
  ScriptedProcessor processor(written);
  processor.conflicts_left = 1'000'000;
  processor.before_commit = [this] { clock_.sleep_us(second_us); };
  EXPECT_EQ(failure_of(processor).kind, ErrorKind::cancelled);
  EXPECT_GE(clock_.now_us(), *options_.deadline_us - options_.commit_margin_us);
  EXPECT_LE(clock_.now_us(), *options_.deadline_us);
  processor.conflicts_left = 0;
  options_.deadline_us.reset();
  clock_.sleep_us(options_.visibility_timeout_us);
  EXPECT_EQ(run(processor).outcomes.written, 2U);
}

TEST_F(ForwardDeadlineTest, WhatTookTooLongToReadIsNotCommitted) {
  send({"a"});
  set_deadline_in(60);
  ScriptedProcessor processor([this](const Granule& granule) {
    clock_.sleep_us(56 * second_us);
    return written(granule);
  });
  processor.changes_session = true;
  EXPECT_EQ(failure_of(processor).kind, ErrorKind::cancelled);
  EXPECT_TRUE(processor.batches.empty());
  EXPECT_EQ(depth().dead, 0U);
}

TEST_F(ForwardDeadlineTest, WhatIsGoneIsNotLookedForTooLate) {
  send({"a"});
  ASSERT_TRUE(queue_->send(std::vector<std::string>{R"({"uri":"file:///b","event":"removed"})"}));
  set_deadline_in(16);
  int looked = 0;
  ScriptedProcessor processor(written);
  processor.retract = [&](const Granule& granule) {
    ++looked;
    clock_.sleep_us(2 * second_us);
    return Outcome{Outcome::Kind::retracted, granule, {}, 0, {}, false};
  };
  const auto report = run(processor);
  EXPECT_EQ(looked, 1);
  EXPECT_EQ(report.outcomes.retracted, 1U);
  EXPECT_EQ(report.outcomes.deferred, 1U);
}

TEST_F(ForwardDeadlineTest, APastDeadlineTakesNothing) {
  options_.mode = ForwardMode::once;
  send({"a"});
  set_deadline_in(0);
  ScriptedProcessor processor(written);
  EXPECT_EQ(run(processor).outcomes.total(), 0U);
  EXPECT_EQ(depth().waiting, 1U);
}

}  // namespace
}  // namespace vdp
