// Invocation: what the Lambda service tells of a call, beside its event.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"

namespace vdp::lambda {

struct Invocation {
  std::string request_id;
  std::optional<TimestampUs> deadline_us;  ///< when the service gives up on it
  std::string trace_id;                    ///< "Root=1-...;Parent=...;Sampled=1"; empty without tracing
  std::string function_arn;
  bool is_cold_start = false;  ///< the first of this process
};

}  // namespace vdp::lambda
