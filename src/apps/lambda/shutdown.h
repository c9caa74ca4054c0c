// SIGTERM and SIGINT: the service takes the process away.
#pragma once

#include <atomic>

namespace vdp::lambda {

/// From now on either signal ends the process: at once while it waits for an event, else when the invocation in hand is
/// answered.
void watch_for_shutdown();

/// Set by the first signal that came during an invocation.
const std::atomic<bool>& shutdown_requested();

/// While one exists, the process waits, and a signal may end it where it stands.
class Waiting {
 public:
  Waiting();
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
};

}  // namespace vdp::lambda
