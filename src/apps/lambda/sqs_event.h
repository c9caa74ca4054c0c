// The event of an SQS event source: a batch of messages.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
#pragma once

#include <vector>

#include "base/error.h"
#include "base/json_fwd.h"
#include "queue/queue.h"

namespace vdp::lambda {

/// {"Records": [{"messageId", "receiptHandle", "body", "attributes": {"ApproximateReceiveCount", "SentTimestamp"},
/// "eventSource": "aws:sqs"}]} as messages, in their order. `invalid` names what was found of anything else. Receipts
/// are the records' positions: SQS may put a message into an event twice.
Result<std::vector<Message>> parse_sqs_event(const Json& event);

}  // namespace vdp::lambda
