#include "icechunk/trials/virtual_time.h"

#include <algorithm>
#include <thread>

namespace vdp::icechunk {

thread_local VirtualTime::Actor* VirtualTime::current_ = nullptr;

void VirtualTime::add_actor(std::function<void()> body) {
  actors_.push_back(std::make_unique<Actor>());
  actors_.back()->body = std::move(body);
}

void VirtualTime::wake_later(Actor& actor, std::int64_t duration_us) {
  wakes_.push({now_us_ + std::max<std::int64_t>(duration_us, 0), chance_(), &actor});
}

VirtualTime::Actor& VirtualTime::take_next() {
  const Wake next = wakes_.top();
  wakes_.pop();
  now_us_ = next.at_us;
  return *next.actor;
}

void VirtualTime::live(Actor& actor) {
  actor.turn.acquire();
  current_ = &actor;
  actor.body();
  if (wakes_.empty()) {
    all_ended_.release();
  } else {
    take_next().turn.release();
  }
}

void VirtualTime::run() {
  if (actors_.empty()) return;
  std::vector<std::jthread> threads;
  for (const auto& actor : actors_) {
    wake_later(*actor, 0);
    threads.emplace_back([this, &actor] { live(*actor); });
  }
  take_next().turn.release();
  all_ended_.acquire();
}

void VirtualTime::sleep_us(std::int64_t duration_us) {
  Actor* self = current_;
  if (self == nullptr) {
    now_us_ += duration_us;
    return;
  }
  wake_later(*self, duration_us);
  Actor& next = take_next();
  if (&next == self) return;
  next.turn.release();
  self->turn.acquire();
}

}  // namespace vdp::icechunk
