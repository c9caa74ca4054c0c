// The envelope that SNS puts around a message, unless its subscription asks for raw delivery.
//
// The format: "Parsing Amazon SNS message formats" in the SNS developer guide.
#pragma once

#include <string>

#include "base/error.h"
#include "base/json_fwd.h"

namespace vdp {

/// What is in the envelope; `body` has the field "Type". `invalid` for messages about the subscription itself, which
/// need a person. Its signature is not looked at: who may send to the queue is for the queue's policy to say.
Result<std::string> open_sns_envelope(const Json& body);

}  // namespace vdp
