// Settlement: what becomes of messages once their files were tried.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "pipeline/forward/batch.h"
#include "pipeline/forward/tally.h"
#include "queue/lease.h"
#include "queue/queue.h"

namespace vdp {

/// A message as a whole leaves the queue when all its files are done; it is a dead letter when they are done and one of
/// them was rejected, with the reasons of all that were; it is kept, or comes back, as long as one is deferred.
class Settlement {
 public:
  Settlement(Queue& queue, const ForwardOptions& options, Tally& tally);

  /// Up to `max_messages`, held until they are settled.
  Result<std::vector<Message>> receive(std::size_t max_messages);
  /// Those that wait for other granules, to be offered again.
  std::vector<Delivery> take_waiting() { return std::exchange(waiting_, {}); }
  /// Messages that were received here, and are not settled.
  std::size_t deferred() const { return deferred_.size(); }

  /// A message of unknown shape.
  Status bury_unreadable(const Message& message, const Error& error);
  /// After the commit, not before: a message leaves the queue once its granules are in the store. `outcomes` are those
  /// of the batch's files.
  Status settle(std::vector<Delivery> deliveries, const Batch& batch, std::vector<Outcome> outcomes);
  /// What still waits for other granules is for the next consumer, at once. Counts what is deferred.
  Status give_back();

 private:
  void defer(Delivery delivery, std::vector<Outcome> outcomes);
  Status bury(const Message& message, const std::string& reason);
  /// Divides what became of the delivery's files; what is deferred stays open in it, and is returned.
  std::vector<Outcome> take_outcomes(Delivery& delivery, const Batch& batch, std::vector<Outcome>& outcomes);
  bool is_last_delivery(const Message& message) const { return message.receive_count >= queue_.max_receives(); }
  void count_rejected(Outcome outcome);

  Queue& queue_;
  const ForwardOptions& options_;
  Tally& tally_;
  std::vector<Delivery> waiting_;                         ///< deferred, and offered again with the next batch
  std::map<std::string, std::vector<Outcome>> deferred_;  ///< the last outcomes of each deferred message, by its id
  Lease lease_;                                           ///< of all messages in hand
};

}  // namespace vdp
