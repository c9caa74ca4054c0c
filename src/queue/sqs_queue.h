// A queue of Amazon SQS, or of a server that speaks like it.
#pragma once

#include <chrono>
#include <string>

#include "queue/queue.h"
#include "queue/sqs_api.h"

namespace vdp {

struct SqsQueueOptions {
  /// How long receive() may wait for a first message (a long poll, which asks all of the service's hosts): 0 to 20 s.
  /// A consumer that is told to stop is not heard for so long.
  std::chrono::seconds wait{2};
};

/// The queue of that URL, over standard queues. Its redrive policy says where the dead letters are, and after how many
/// deliveries SQS itself moves a message there. The differences to other queues:
/// - A message may be delivered twice at the same time, and be deleted and come back all the same. Counts are
///   approximate, and how old the oldest message is, SQS does not tell.
/// - send() is not all or none: after an error a part may have been sent. A body is text, see check_sqs_body().
/// - Timeouts are rounded up to whole seconds, to twelve hours at most.
/// - A message can be buried by who received it, and by nobody else.
/// - A dead letter that is redriven becomes a new message, with a new id.
///
/// Errors: those of find_queue_place(); `not_found` for no such queue, or one that was deleted meanwhile; `invalid` for
/// one without a redrive policy, as what is rejected would have no place to go; `denied`.
Result<QueuePtr> open_sqs_queue(const std::string& queue_url, SqsQueueOptions options = {});
Result<QueuePtr> open_sqs_queue(SqsApiPtr api, const std::string& queue_url, SqsQueueOptions options = {});

}  // namespace vdp
