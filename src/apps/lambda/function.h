// Function: what one role of the program does with an event.
#pragma once

#include "apps/lambda/invocation.h"
#include "base/error.h"
#include "base/json_fwd.h"

namespace vdp::lambda {

/// One instance serves all invocations of a process, one after the other, and may keep what the next one can use.
class Function {
 public:
  virtual ~Function() = default;
  /// The answer. An error is the invocation's: the process goes on, and the next event may succeed.
  virtual Result<Json> handle(const Json& event, const Invocation& invocation) = 0;
};

}  // namespace vdp::lambda
