// Until when a delivered message is hidden.
#pragma once

#include <cstdint>
#include <limits>

#include "base/checked.h"
#include "base/clock.h"

namespace vdp {

/// The end of time where the sum has no number. `visibility_timeout_us` is not negative.
inline TimestampUs hidden_until(TimestampUs now_us, std::int64_t visibility_timeout_us) {
  return checked_add(now_us, visibility_timeout_us).value_or(std::numeric_limits<TimestampUs>::max());
}

}  // namespace vdp
