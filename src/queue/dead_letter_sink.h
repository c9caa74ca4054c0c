// DeadLetterSink: where messages go that will never be done, each with its reason.
#pragma once

#include <string>

#include "base/error.h"
#include "queue/queue.h"

namespace vdp {

/// Safe for use from several threads.
class DeadLetterSink {
 public:
  virtual ~DeadLetterSink() = default;
  /// Once this returns without an error the message may be forgotten where it came from.
  virtual Status put(const Message& message, const std::string& reason) = 0;
};

}  // namespace vdp
