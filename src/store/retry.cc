#include "store/retry.h"

#include <algorithm>
#include <cstring>

namespace vdp {

std::int64_t random_pause_us(Random& random, std::int64_t bound_us) {
  std::uint8_t bytes[4];
  random.fill(bytes);
  std::uint32_t drawn = 0;
  std::memcpy(&drawn, bytes, sizeof(drawn));
  return static_cast<std::int64_t>(static_cast<double>(bound_us) * (drawn / 4294967295.0));
}

std::optional<std::int64_t> Backoff::next_us(std::int64_t at_least_us) {
  if (attempts_ >= policy_.max_attempts) return std::nullopt;
  const int doublings = std::min(attempts_ - 1, 30);
  const std::int64_t bound_us = std::min(policy_.longest_pause_us, policy_.first_pause_us << doublings);
  const std::int64_t pause_us = std::max(at_least_us, random_pause_us(random_, bound_us));
  if (pause_us > policy_.budget_us - spent_us_) return std::nullopt;
  ++attempts_;
  spent_us_ += pause_us;
  return pause_us;
}

bool is_retryable_status(int status) {
  return status == 408 || status == 500 || status == 502 || status == 504 || is_throttling_status(status);
}

bool is_throttling_status(int status) { return status == 429 || status == 503; }

}  // namespace vdp
