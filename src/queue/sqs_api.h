// SqsApi: calls of SQS, sent again where that may help, and its batches of ten.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "net/aws/json_service.h"
#include "store/http_exchange.h"

namespace vdp {

/// Shorter than that of stores: a consumer that is told to stop must not hang in it.
inline constexpr RetryPolicy sqs_retry_policy{
    .max_attempts = 6, .first_pause_us = 100'000, .longest_pause_us = 5'000'000, .budget_us = 20'000'000};

/// All calls are tried again after `transient` errors, lost answers among them: what was received and not heard of
/// comes back, what was sent twice is placed by its key, and deleting twice is deleting. Safe from all threads.
class SqsApi {
 public:
  /// `parts.retry` does not count.
  SqsApi(aws::JsonService service, HttpExchangeParts parts, RetryPolicy retry = sqs_retry_policy);

  Result<Json> call(const std::string& action, const Json& arguments);
  /// All of them, in parallel; results in the order of the calls.
  std::vector<Result<Json>> call_all(std::span<const aws::JsonCall> calls);

  /// An action on many entries of one queue, sent in tens (`SendMessageBatch`, ...). An entry is its fields without the
  /// Id. Results in the order of the entries: what the service says of it, or why it was refused. Entries that it
  /// refused for now are sent again. An error of the whole: a call failed, and some of the entries may have been dealt
  /// with.
  Result<std::vector<Result<Json>>> batch(const std::string& action, const std::string& queue_url,
                                          std::span<const Json> entries);

  const std::string& host() const { return service_.place().endpoint.host; }

 private:
  aws::JsonService service_;
  HttpExchange exchange_;
  RetryPolicy retry_;
};

using SqsApiPtr = std::shared_ptr<SqsApi>;

/// For the queue of that URL, with the credentials of the process. Errors are those of find_queue_place().
Result<SqsApiPtr> open_sqs_api(const std::string& queue_url);

/// As one line, whatever the bytes of its texts: what is no UTF-8 is replaced.
std::string to_line(const Json& value);

}  // namespace vdp
