// VirtualTime: a clock on which actors sleep, each on a thread of its own, of which one runs at a time.
#pragma once

#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <semaphore>
#include <vector>

#include "base/clock.h"

namespace vdp::icechunk {

/// Time passes only when an actor sleeps: then the one that wakes up next goes on, and it is that time. Of those that
/// wake up together the seed chooses. The same seed and the same actors give the same run, whatever the machine does.
class VirtualTime final : public Clock {
 public:
  VirtualTime(TimestampUs start_us, std::uint64_t seed) : now_us_(start_us), chance_(seed) {}

  /// Before run().
  void add_actor(std::function<void()> body);
  /// Returns when all actors have ended.
  void run();

  TimestampUs now_us() override { return now_us_; }
  /// Hands over to the actor that wakes up next; outside of run() it only moves the time.
  void sleep_us(std::int64_t duration_us) override;

 private:
  struct Actor {
    std::function<void()> body;
    std::binary_semaphore turn{0};
  };
  struct Wake {
    TimestampUs at_us = 0;
    std::uint64_t lot = 0;
    Actor* actor = nullptr;
    bool operator>(const Wake& other) const { return at_us != other.at_us ? at_us > other.at_us : lot > other.lot; }
  };

  void live(Actor& actor);
  void wake_later(Actor& actor, std::int64_t duration_us);
  Actor& take_next();

  static thread_local Actor* current_;

  // Whoever has the turn may touch these; the semaphores hand them over.
  TimestampUs now_us_;
  std::mt19937_64 chance_;
  std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;
  std::vector<std::unique_ptr<Actor>> actors_;
  std::binary_semaphore all_ended_{0};
};

}  // namespace vdp::icechunk
