// Deadline: until when something may be begun.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace vdp {

/// A value; none unless it is made with a time. The clock outlives it.
class Deadline {
 public:
  Deadline() = default;
  Deadline(Clock& clock, TimestampUs at_us) : clock_(&clock), at_us_(at_us) {}

  bool has_passed() const { return clock_ != nullptr && clock_->now_us() >= at_us_; }

  /// What is left of it, and no more than `most_us`; 0 once it has passed.
  std::int64_t left_us(std::int64_t most_us) const {
    if (clock_ == nullptr) return most_us;
    return std::clamp<std::int64_t>(at_us_ - clock_->now_us(), 0, most_us);
  }

 private:
  Clock* clock_ = nullptr;
  TimestampUs at_us_ = 0;
};

}  // namespace vdp
