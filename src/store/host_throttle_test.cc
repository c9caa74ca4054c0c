#include "store/host_throttle.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

TEST(HostThrottle, IsUnboundedUntilAsked) {
  ManualClock clock(0);
  HostThrottle throttle(clock);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(throttle.acquire(16), 16U);
  EXPECT_EQ(clock.now_us(), 0);
}

TEST(HostThrottle, KeepsTheUsersBound) {
  ManualClock clock(0);
  HostThrottle throttle(clock, 20);
  std::size_t sent = 0;
  while (sent < 200) sent += throttle.acquire(200 - sent);
  EXPECT_NEAR(static_cast<double>(clock.now_us()), 10e6, 0.5e6);
}

TEST(HostThrottle, SlowsDownAndSpeedsUpAgain) {
  ManualClock clock(0);
  HostThrottle throttle(clock);
  for (int i = 0; i < 5; ++i) throttle.slow_down();  // 50 * 0.7^5 = 8.4 a second
  const auto time_for = [&](int requests) {
    const TimestampUs start_us = clock.now_us();
    for (int i = 0; i < requests; ++i) throttle.acquire(1);
    return clock.now_us() - start_us;
  };
  EXPECT_NEAR(static_cast<double>(time_for(84)), 10e6, 1e6);
  for (int i = 0; i < 1000; ++i) throttle.answered();
  EXPECT_EQ(time_for(1000), 0);
}

TEST(HostThrottle, OneRefusalInTwentyDoesNotStarve) {
  ManualClock clock(0);
  HostThrottle throttle(clock);
  for (int i = 0; i < 20'000; ++i) {
    throttle.acquire(1);
    if (i % 20 == 0)
      throttle.slow_down();
    else
      throttle.answered();
  }
  EXPECT_LT(clock.now_us(), 400'000'000);
}

TEST(HostThrottle, PaysRetriesFromSuccesses) {
  ManualClock clock(0);
  HostThrottle throttle(clock);
  int retries = 0;
  while (throttle.take_retry()) ++retries;
  EXPECT_EQ(retries, 100);
  for (int i = 0; i < 5; ++i) throttle.answered();
  EXPECT_TRUE(throttle.take_retry());
  EXPECT_FALSE(throttle.take_retry());
}

TEST(HostThrottle, IsSharedByOrigin) {
  const auto one = shared_throttle("https://a:443", 0);
  EXPECT_EQ(one, shared_throttle("https://a:443", 0));
  EXPECT_NE(one, shared_throttle("https://b:443", 0));
  EXPECT_NE(one, shared_throttle("https://a:443", 5));
}

}  // namespace
}  // namespace vdp
