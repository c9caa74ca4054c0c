// SqsDeliveries: the messages in hand, by their receipts: SQS itself does not tell what a receipt is of.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "queue/queue.h"

namespace vdp {

/// Knows the last delivery of each message, of at most as many as SQS lets be in flight (120,000); the oldest are
/// forgotten first. Safe from all threads.
class SqsDeliveries {
 public:
  /// Takes the place of an earlier delivery of the same message. `asked_us`: when it was asked for.
  void add(const Message& message, TimestampUs asked_us);
  /// Nothing where the receipt is of no delivery here, of one that is done, or of one before the last.
  std::optional<Message> find(const std::string& receipt);
  /// When the message was asked for; nothing as of find().
  std::optional<TimestampUs> asked_us(const std::string& receipt);
  /// Removed or buried.
  void finish(const std::string& receipt);
  /// Whether it was finished here, not too long ago.
  bool is_finished(const std::string& receipt);

 private:
  struct Delivery {
    Message message;
    TimestampUs asked_us;
  };
  using Deliveries = std::map<std::uint64_t, Delivery>;

  /// The end where there is none.
  Deliveries::iterator locate(const std::string& receipt);
  void erase(Deliveries::iterator entry);

  std::mutex mutex_;
  std::uint64_t last_number_ = 0;
  Deliveries deliveries_;  ///< in their order
  std::unordered_map<std::string, std::uint64_t> by_receipt_;
  std::unordered_map<std::string, std::uint64_t> by_id_;
  std::unordered_set<std::string> finished_;
  std::deque<std::string> finished_order_;
};

}  // namespace vdp
