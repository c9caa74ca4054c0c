#include "queue/lease.h"

#include <gtest/gtest.h>

#include <chrono>

#include "queue/memory_queue.h"

namespace vdp {
namespace {

using std::chrono::steady_clock;

constexpr std::int64_t millisecond = 1'000;
constexpr std::int64_t hour = 3'600'000 * millisecond;

/// A memory queue that shows what it was asked to extend, and can be made to fail at it.
class WatchedQueue final : public Queue {
 public:
  Result<std::vector<Status>> extend(std::span<const std::string> receipts,
                                     std::int64_t visibility_timeout_us) override {
    const std::lock_guard lock(mutex_);
    last_ = {receipts.begin(), receipts.end()};
    ++extensions_;
    extended_.notify_all();
    if (fails_) return fail(ErrorKind::transient, "the disk is full");
    return inner_->extend(receipts, visibility_timeout_us);
  }

  /// Waits for `count` more extensions and returns what the last was for.
  std::vector<std::string> after_extensions(int count) {
    std::unique_lock lock(mutex_);
    const int awaited = extensions_ + count;
    EXPECT_TRUE(extended_.wait_for(lock, std::chrono::seconds(60), [&] { return extensions_ >= awaited; }));
    return last_;
  }

  void fail_at_extending() {
    const std::lock_guard lock(mutex_);
    fails_ = true;
  }

  Result<std::vector<std::string>> send(std::span<const std::string> bodies) override { return inner_->send(bodies); }
  Result<std::vector<Message>> receive(std::size_t max_messages, std::int64_t visibility_timeout_us) override {
    return inner_->receive(max_messages, visibility_timeout_us);
  }
  Result<std::vector<Status>> remove(std::span<const std::string> receipts) override {
    return inner_->remove(receipts);
  }
  Status bury(const std::string& receipt, const std::string& reason) override { return inner_->bury(receipt, reason); }
  Result<std::vector<DeadLetter>> dead_letters(std::size_t max_letters) override {
    return inner_->dead_letters(max_letters);
  }
  Result<std::size_t> redrive(std::span<const std::string> ids) override { return inner_->redrive(ids); }
  Result<std::size_t> discard(std::span<const std::string> ids) override { return inner_->discard(ids); }
  Result<QueueDepth> depth() override { return inner_->depth(); }
  std::uint32_t max_receives() const override { return inner_->max_receives(); }

 private:
  QueuePtr inner_ = make_memory_queue();
  std::mutex mutex_;
  std::condition_variable extended_;
  std::vector<std::string> last_;
  int extensions_ = 0;
  bool fails_ = false;
};

class LeaseTest : public testing::Test {
 protected:
  /// Sends `count` messages and receives them.
  std::vector<std::string> receipts(int count, std::int64_t visibility_timeout_us) {
    EXPECT_TRUE(queue_.send(std::vector<std::string>(static_cast<std::size_t>(count), "body")));
    const auto messages = queue_.receive(static_cast<std::size_t>(count), visibility_timeout_us).value();
    std::vector<std::string> receipts;
    for (const Message& message : messages) {
      receipts.push_back(message.receipt);
    }
    return receipts;
  }

  WatchedQueue queue_;
};

// The messages would be back after a second; an extension may come as late as that without failing the test.
TEST_F(LeaseTest, KeepsMessagesHidden) {
  constexpr std::int64_t timeout_us = 1'000 * millisecond;
  {
    const Lease lease(queue_, receipts(2, timeout_us), timeout_us);
    std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
    EXPECT_TRUE(queue_.receive(10, 0)->empty());
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
  EXPECT_EQ(queue_.receive(10, 0)->size(), 2U);
}

TEST_F(LeaseTest, ExtendsWhatItHolds) {
  const auto held = receipts(3, hour);
  Lease lease(queue_, {held[0], held[1]}, 60 * millisecond);
  EXPECT_EQ(queue_.after_extensions(2), (std::vector{held[0], held[1]}));
  lease.add(std::vector{held[2]});
  EXPECT_EQ(queue_.after_extensions(2), held);
  lease.remove(held[1]);
  lease.remove("never held");
  EXPECT_EQ(queue_.after_extensions(2), (std::vector{held[0], held[2]}));
}

TEST_F(LeaseTest, WhatWasRemovedCanBeGivenBack) {
  const auto held = receipts(2, hour);
  Lease lease(queue_, held, 30 * millisecond);
  queue_.after_extensions(2);
  lease.remove(held[0]);
  ASSERT_TRUE(queue_.extend(std::vector{held[0]}, 0));
  EXPECT_EQ(queue_.after_extensions(2), (std::vector{held[1]}));
}

TEST_F(LeaseTest, LetsGoOfWhatIsGone) {
  const auto held = receipts(2, hour);
  const Lease lease(queue_, held, 60 * millisecond);
  queue_.after_extensions(1);
  ASSERT_TRUE(queue_.remove(std::vector{held[0]}));
  EXPECT_EQ(queue_.after_extensions(3), (std::vector{held[1]}));
}

TEST_F(LeaseTest, TellsOfFailuresOnceAndGoesOn) {
  queue_.fail_at_extending();
  testing::internal::CaptureStderr();
  {
    const auto held = receipts(1, hour);
    const Lease lease(queue_, held, 30 * millisecond);
    EXPECT_EQ(queue_.after_extensions(3), held);
  }
  const std::string log = testing::internal::GetCapturedStderr();
  const auto found = log.find("the disk is full");
  EXPECT_NE(found, std::string::npos) << log;
  EXPECT_EQ(log.find("the disk is full", found + 1), std::string::npos) << log;
}

TEST_F(LeaseTest, EndsAtOnce) {
  const auto start = steady_clock::now();
  for (int i = 0; i < 20; ++i) const Lease lease(queue_, receipts(1, hour), hour);
  EXPECT_LT(steady_clock::now() - start, std::chrono::minutes(1));
}

}  // namespace
}  // namespace vdp
