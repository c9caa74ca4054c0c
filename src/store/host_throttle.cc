#include "store/host_throttle.h"

#include <algorithm>
#include <map>
#include <utility>

namespace vdp {
namespace {

constexpr double us_per_s = 1e6;
constexpr double least_per_s = 1;
constexpr double unbounded_from_per_s = 5'000;  // beyond it a bound makes no difference
constexpr double slower = 0.7;
constexpr double faster = 1.05;  // up to one refusal in ten is made up for
constexpr double first_guess_per_s = 50;

// As in the standard retry mode of AWS's own clients: a hundred retries, then one for every five successes.
constexpr int full_retry_budget = 500;
constexpr int retry_cost = 5;

}  // namespace

HostThrottle::HostThrottle(Clock& clock, std::uint64_t max_requests_per_s)
    : clock_(clock), max_per_s_(static_cast<double>(max_requests_per_s)), retry_budget_(full_retry_budget) {
  refilled_us_ = window_us_ = clock_.now_us();
}

double HostThrottle::bound_per_s() const {
  if (rate_per_s_ == 0) return max_per_s_;
  return max_per_s_ == 0 ? rate_per_s_ : std::min(rate_per_s_, max_per_s_);
}

void HostThrottle::refill(TimestampUs now_us) {
  const double passed_s = static_cast<double>(std::max<TimestampUs>(now_us - refilled_us_, 0)) / us_per_s;
  refilled_us_ = now_us;
  // A tenth of a second's worth at once, so that waves of parallel requests stay waves.
  tokens_ = std::min(tokens_ + passed_s * bound_per_s(), std::max(1.0, bound_per_s() / 10));
}

std::size_t HostThrottle::acquire(std::size_t wanted) {
  std::unique_lock lock(mutex_);
  while (true) {
    const TimestampUs now_us = clock_.now_us();
    if (now_us - window_us_ >= 1'000'000) {
      measured_per_s_ = static_cast<double>(in_window_) * us_per_s / static_cast<double>(now_us - window_us_);
      window_us_ = now_us;
      in_window_ = 0;
    }
    const double bound = bound_per_s();
    std::size_t granted = wanted;
    if (bound > 0) {
      refill(now_us);
      granted = std::min(wanted, static_cast<std::size_t>(tokens_));
      tokens_ -= static_cast<double>(granted);
    }
    if (granted > 0) {
      in_window_ += granted;
      return granted;
    }
    const auto wait_us = static_cast<std::int64_t>((1 - tokens_) / bound * us_per_s) + 1;
    lock.unlock();
    clock_.sleep_us(wait_us);
    lock.lock();
  }
}

void HostThrottle::slow_down() {
  const std::lock_guard lock(mutex_);
  const double current = rate_per_s_ != 0 ? rate_per_s_ : std::max(measured_per_s_, first_guess_per_s);
  rate_per_s_ = std::max(least_per_s, current * slower);
}

void HostThrottle::answered() {
  const std::lock_guard lock(mutex_);
  retry_budget_ = std::min(full_retry_budget, retry_budget_ + 1);
  if (rate_per_s_ == 0) return;
  rate_per_s_ *= faster;
  if (rate_per_s_ >= unbounded_from_per_s) rate_per_s_ = 0;
}

bool HostThrottle::take_retry() {
  const std::lock_guard lock(mutex_);
  if (retry_budget_ < retry_cost) return false;
  retry_budget_ -= retry_cost;
  return true;
}

std::shared_ptr<HostThrottle> shared_throttle(const std::string& origin, std::uint64_t max_requests_per_s) {
  static std::mutex mutex;
  static std::map<std::pair<std::string, std::uint64_t>, std::weak_ptr<HostThrottle>> throttles;
  const std::lock_guard lock(mutex);
  auto& known = throttles[{origin, max_requests_per_s}];
  auto throttle = known.lock();
  if (!throttle) known = throttle = std::make_shared<HostThrottle>(system_clock(), max_requests_per_s);
  return throttle;
}

}  // namespace vdp
