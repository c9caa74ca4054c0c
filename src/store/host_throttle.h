// HostThrottle: how fast one host may be asked, shared by everything in the process that asks it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"

namespace vdp {

/// Unbounded until the host asks for less (429, 503), then at a rate that falls with each such answer and rises with
/// each other one. Retries are paid from a budget that successes fill, so that a host that is down is not asked ever
/// more. Safe from all threads.
class HostThrottle {
 public:
  /// `max_requests_per_s` is the user's own bound; 0: none.
  explicit HostThrottle(Clock& clock, std::uint64_t max_requests_per_s = 0);

  /// Waits until at least one request may be sent, and says how many of `wanted` may be sent now.
  std::size_t acquire(std::size_t wanted);
  /// The host asked for fewer requests.
  void slow_down();
  /// The host answered.
  void answered();
  /// Whether the budget pays for another retry.
  bool take_retry();

 private:
  void refill(TimestampUs now_us);
  double bound_per_s() const;

  Clock& clock_;
  const double max_per_s_;  ///< 0: none
  std::mutex mutex_;
  double rate_per_s_ = 0;  ///< what the host's answers have led to; 0: unbounded
  double tokens_ = 1;
  TimestampUs refilled_us_ = 0;
  TimestampUs window_us_ = 0;  ///< the begin of the second that `in_window_` counts
  std::uint64_t in_window_ = 0;
  double measured_per_s_ = 0;  ///< of the last full second
  int retry_budget_;
};

/// The throttle of an origin ("https://host:443"), the same for all that ask while anybody holds it. The lowest of
/// their bounds would be hard to explain: each bound has a throttle of its own.
std::shared_ptr<HostThrottle> shared_throttle(const std::string& origin, std::uint64_t max_requests_per_s);

}  // namespace vdp
