// SqsDeadLetterQueue: what is written to, and read from, a dead-letter queue of SQS.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "queue/dead_letter_sink.h"
#include "queue/sqs_receive.h"

namespace vdp {

/// Reading hides: other readers miss for a few seconds what is read here, and everything that is not taken is given
/// back at the end. SQS moves messages here by itself, after their last delivery, and gives no reason.
class SqsDeadLetterQueue final : public DeadLetterSink {
 public:
  /// `max_receives`: after how many deliveries SQS moves a message here. `wait`: how long the queue is asked for a
  /// first message before it counts as empty.
  SqsDeadLetterQueue(SqsApiPtr api, std::string queue_url, std::uint32_t max_receives, std::chrono::seconds wait)
      : api_(std::move(api)), queue_url_(std::move(queue_url)), max_receives_(max_receives), wait_(wait) {}

  Status put(const Message& message, const std::string& reason) override;

  /// Up to `max_letters`, the oldest death of these first.
  Result<std::vector<DeadLetter>> list(std::size_t max_letters);

  /// Letters of these ids leave the queue once `deal_with` has done what is to be done with their bodies; it is given
  /// up to a few hundred at a time. Returns how many left.
  using DealWith = std::function<Status(std::span<const std::string> bodies)>;
  Result<std::size_t> take(std::span<const std::string> ids, const DealWith& deal_with);

  const std::string& queue_url() const { return queue_url_; }

 private:
  DeadLetter letter_of(const SqsMessage& received) const;

  SqsApiPtr api_;
  std::string queue_url_;
  std::uint32_t max_receives_;
  std::chrono::seconds wait_;
};

}  // namespace vdp
