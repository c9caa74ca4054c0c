#include "store/contention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <queue>
#include <vector>

#include "store/retry.h"

namespace vdp {
namespace {

TEST(Contention, PausesGrowWithLossesUpToABound) {
  SeededRandom random(1);
  const auto longest_after = [&](int losses) {
    std::int64_t longest_us = 0;
    for (int i = 0; i < 500; ++i) {
      Contention contention(random);
      std::int64_t pause_us = 0;
      for (int k = 0; k < losses; ++k) pause_us = contention.pause_after_loss_us(10'000);
      longest_us = std::max(longest_us, pause_us);
    }
    return static_cast<double>(longest_us);
  };
  EXPECT_NEAR(longest_after(1), 5'000, 100);
  EXPECT_NEAR(longest_after(2), 10'000, 200);
  EXPECT_NEAR(longest_after(9), 1'280'000, 30'000);
  EXPECT_NEAR(longest_after(50), 1'280'000, 30'000);
}

TEST(Contention, ScalesWithTheShortestAttemptAndForgetsLosses) {
  SeededRandom random(1);
  Contention contention(random);
  contention.won(2'000);
  for (int i = 0; i < 100; ++i) EXPECT_LE(contention.pause_after_loss_us(900'000), 256'000);
  EXPECT_EQ(contention.losses(), 100);
  contention.won(900'000);
  EXPECT_EQ(contention.losses(), 0);
  EXPECT_LE(contention.pause_after_loss_us(900'000), 1'000);
}

/// Writers whose attempt takes `attempt_us` and wins if nobody else has won since it began.
struct Race {
  struct Writer {
    explicit Writer(Random& random) : contention(random) {}
    Contention contention;
    int left = 20;
    int version = 0;  ///< that the attempt began with
  };
  struct Event {
    std::int64_t at_us;
    std::size_t writer;
    bool ends;
    bool operator<(const Event& other) const { return at_us > other.at_us; }
  };
};

TEST(Contention, SixtyFourWritersNeedFewAttempts) {
  constexpr std::int64_t attempt_us = 40'000;
  constexpr int commits = 64 * 20;
  SeededRandom random(2);
  std::vector<Race::Writer> writers(64, Race::Writer(random));
  std::priority_queue<Race::Event> events;
  for (std::size_t i = 0; i < writers.size(); ++i) events.push({0, i, false});
  int attempts = 0;
  int version = 0;
  std::int64_t now_us = 0;
  while (!events.empty()) {
    const Race::Event event = events.top();
    events.pop();
    now_us = event.at_us;
    Race::Writer& writer = writers[event.writer];
    if (!event.ends) {
      writer.version = version;
      events.push({now_us + attempt_us + random_pause_us(random, attempt_us / 10), event.writer, true});
      continue;
    }
    ++attempts;
    std::int64_t pause_us = 0;
    if (writer.version == version) {
      ++version;
      writer.contention.won(attempt_us);
      if (--writer.left == 0) continue;
    } else {
      pause_us = writer.contention.pause_after_loss_us(attempt_us);
    }
    events.push({now_us + pause_us, event.writer, false});
  }
  EXPECT_EQ(version, commits);
  EXPECT_LE(attempts, 4 * commits);
  EXPECT_LE(now_us, 3 * commits * attempt_us);
}

}  // namespace
}  // namespace vdp
