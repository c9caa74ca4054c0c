// Event notifications of S3 and of servers that speak its protocol.
//
// The format: "Event message structure" in the S3 user guide, version 2.x. A body has "Records", one for each object;
// keys in them are encoded as in HTML forms.
#pragma once

#include "base/json_fwd.h"
#include "queue/events/decode_message.h"

namespace vdp {

/// `body` has the field "Records".
Result<DecodedMessage> decode_s3_notification(const Json& body);

/// What a bucket sends once, when its notifications are set up: {"Service": "Amazon S3", "Event": "s3:TestEvent", ...}.
bool is_s3_test_event(const Json& body);

}  // namespace vdp
