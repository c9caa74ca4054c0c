// A dead-letter queue of SQS as a place to put messages, each with its reason.
#pragma once

#include <memory>
#include <string>

#include "queue/dead_letter_sink.h"

namespace vdp {

/// `queue_url`: of the dead-letter queue itself. A dead letter is the message's own body; its attributes are
/// `vdp-reason`, `vdp-message-id`, `vdp-receive-count`, and `vdp-sent-at` (RFC 3339). Nothing is asked before the first
/// letter. Errors of opening: those of find_queue_place().
Result<std::shared_ptr<DeadLetterSink>> open_sqs_dead_letters(const std::string& queue_url);

}  // namespace vdp
