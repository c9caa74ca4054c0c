// RetryPolicy: how often, and after which pauses, a request is sent again. The only place where the engine decides it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/random.h"

namespace vdp {

struct RetryPolicy {
  int max_attempts = 10;                       ///< the first one included
  std::int64_t first_pause_us = 50'000;        ///< doubled after each attempt,
  std::int64_t longest_pause_us = 10'000'000;  ///< up to this
  std::int64_t budget_us = 120'000'000;        ///< for all pauses of one request together
};

/// The pauses of one request: each is drawn between nothing and its bound, so that clients that failed together do not
/// come back together.
class Backoff {
 public:
  Backoff(const RetryPolicy& policy, Random& random) : policy_(policy), random_(random) {}

  /// How long to wait before the next attempt, at least `at_least_us` (what the server asked for); nothing where the
  /// attempts or the time are used up.
  std::optional<std::int64_t> next_us(std::int64_t at_least_us = 0);
  int attempts() const { return attempts_; }

 private:
  RetryPolicy policy_;
  Random& random_;
  int attempts_ = 1;
  std::int64_t spent_us_ = 0;
};

/// Drawn evenly from 0 to `bound_us`.
std::int64_t random_pause_us(Random& random, std::int64_t bound_us);

/// Answers that say "not now": another attempt may find another answer. 408, 429, 500, 502, 503, 504.
bool is_retryable_status(int status);
/// Those of them that ask for fewer requests: 429, 503.
bool is_throttling_status(int status);

}  // namespace vdp
