// Events of S3 that came by EventBridge.
//
// The format: "EventBridge event message structure" in the S3 user guide. One object an event; its key is not encoded.
#pragma once

#include "base/json_fwd.h"
#include "queue/events/decode_message.h"

namespace vdp {

/// `body` has the field "detail-type".
Result<DecodedMessage> decode_event_bridge(const Json& body);

}  // namespace vdp
