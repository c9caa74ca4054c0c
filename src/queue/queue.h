// Queue: granules that wait to be written. The semantics are those of SQS, so that a test of one is a test of all:
// at-least-once delivery, no order, a receipt that is good until its visibility timeout ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace vdp {

struct Message {
  std::string id;       ///< of the message, for its whole life
  std::string receipt;  ///< of this delivery
  std::string body;
  std::uint32_t receive_count = 1;  ///< deliveries, this one included
  TimestampUs sent_us = 0;
};

struct DeadLetter {
  std::string id;
  std::string body;
  std::string reason;
  std::uint32_t receive_count = 0;
  TimestampUs sent_us = 0;
  TimestampUs died_us = 0;
};

struct QueueDepth {
  std::uint64_t waiting = 0;    ///< can be received now
  std::uint64_t in_flight = 0;  ///< received, and hidden until their timeouts end
  std::uint64_t dead = 0;
  /// Since the oldest message that is not dead was sent; 0 for none. Nothing where the queue does not tell.
  std::optional<std::int64_t> oldest_age_us = 0;
};

/// Safe for use from several threads.
class Queue {
 public:
  virtual ~Queue() = default;

  /// All or none. Returns the messages' ids, in order.
  virtual Result<std::vector<std::string>> send(std::span<const std::string> bodies) = 0;

  /// Up to `max_messages` that nobody holds; none is no error. They are hidden from others for `visibility_timeout_us`
  /// (not negative), and delivered again if they are not deleted by then. A message that was delivered `max_receives`
  /// times goes to the dead letters instead of a further delivery.
  virtual Result<std::vector<Message>> receive(std::size_t max_messages, std::int64_t visibility_timeout_us) = 0;

  /// Hides the messages for `visibility_timeout_us` (not negative) from now; 0 gives them back at once. One status per
  /// receipt: `not_found` for one whose message is gone or was delivered again; the others are extended all the same.
  virtual Result<std::vector<Status>> extend(std::span<const std::string> receipts,
                                             std::int64_t visibility_timeout_us) = 0;

  /// Done with these. One status per receipt; deleting again what was deleted is no error, `not_found` is a message
  /// that was delivered again meanwhile and is still there.
  virtual Result<std::vector<Status>> remove(std::span<const std::string> receipts) = 0;

  /// To the dead letters at once, with the reason. `not_found` as in extend().
  virtual Status bury(const std::string& receipt, const std::string& reason) = 0;

  /// Up to `max_letters`, oldest death first. They stay.
  virtual Result<std::vector<DeadLetter>> dead_letters(std::size_t max_letters) = 0;
  /// Dead letters that become waiting messages again, with a receive count of 0; ids that are not there are passed
  /// over. Returns how many there were.
  virtual Result<std::size_t> redrive(std::span<const std::string> ids) = 0;
  /// Forgets dead letters; ids that are not there are passed over. Returns how many there were.
  virtual Result<std::size_t> discard(std::span<const std::string> ids) = 0;

  virtual Result<QueueDepth> depth() = 0;

  /// Deliveries after which a message dies (the `maxReceiveCount` of an SQS redrive policy).
  virtual std::uint32_t max_receives() const = 0;
};

using QueuePtr = std::shared_ptr<Queue>;

struct QueueOptions {
  std::uint32_t max_receives = 5;
  /// As a FIFO queue of one message group: nothing is delivered while another consumer has messages in flight. Of a
  /// queue that several consumers open.
  bool ordered = false;
  Clock* clock = &system_clock();
};

}  // namespace vdp
