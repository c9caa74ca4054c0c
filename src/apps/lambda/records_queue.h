// RecordsQueue: the messages of one invocation as a Queue, so that the forward path works on them as on any other.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "queue/dead_letter_sink.h"
#include "queue/queue.h"

namespace vdp::lambda {

/// The queue itself is the service's: it has hidden the messages, deletes those that the invocation does not report,
/// and counts deliveries. So receive() gives each message once; remove() and bury() settle it; what is not settled is
/// reported, and comes back.
class RecordsQueue final : public Queue {
 public:
  /// `max_receives`: as Queue::max_receives().
  RecordsQueue(std::vector<Message> messages, std::uint32_t max_receives);

  Result<std::vector<Message>> receive(std::size_t max_messages, std::int64_t visibility_timeout_us) override;
  /// Nothing to do: the service hides them for as long as the invocation may take.
  Result<std::vector<Status>> extend(std::span<const std::string> receipts,
                                     std::int64_t visibility_timeout_us) override;
  Result<std::vector<Status>> remove(std::span<const std::string> receipts) override;
  /// Notes it for bury_rejected(): a batch that is not committed must leave no dead letters behind, as its messages all
  /// come back and would leave them again.
  Status bury(const std::string& receipt, const std::string& reason) override;
  Result<QueueDepth> depth() override;
  std::uint32_t max_receives() const override { return max_receives_; }

  Result<std::vector<std::string>> send(std::span<const std::string> bodies) override;
  Result<std::vector<DeadLetter>> dead_letters(std::size_t max_letters) override;
  Result<std::size_t> redrive(std::span<const std::string> ids) override;
  Result<std::size_t> discard(std::span<const std::string> ids) override;

  /// Puts what was rejected into the dead letters, several at a time; what cannot be put, or not until `deadline_us`,
  /// stays unsettled. Gives the first failure. Without a sink all stay unsettled: SQS itself will bury them, once they
  /// were delivered as often as its redrive policy says.
  Status bury_rejected(DeadLetterSink* sink, std::optional<TimestampUs> deadline_us);

  /// The ids of messages that are not settled, each once, in the order of their records.
  std::vector<std::string> unsettled() const;

 private:
  enum class State { waiting, received, rejected, settled };
  struct Record {
    Message message;
    State state = State::waiting;
    std::string reason;  ///< of a rejected one
  };
  Record* find(const std::string& receipt);

  mutable std::mutex mutex_;
  std::vector<Record> records_;  ///< a receipt is a position in here
  std::size_t next_ = 0;         ///< to be received
  std::uint32_t max_receives_;
};

}  // namespace vdp::lambda
