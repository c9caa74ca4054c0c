// Lease: keeps messages hidden while they are worked on.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "queue/queue.h"

namespace vdp {

/// From its making to its destruction a thread extends all receipts by the visibility timeout, every third of it (of
/// real time, whatever the queue's clock), so that two extensions in a row may fail before a message is delivered
/// again. A receipt that is not good any more is let go of: its message was delivered again or is gone, which whoever
/// writes by key survives. Other failures are logged, the first of them only.
/// Safe for use from several threads. The queue must outlive the lease.
class Lease {
 public:
  /// `visibility_timeout_us` (positive) is that with which the messages were received.
  Lease(Queue& queue, std::vector<std::string> receipts, std::int64_t visibility_timeout_us);
  /// Prompt: waits for nothing but an extension that is under way.
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Messages that were just received, and are held beyond the batch in hand.
  void add(std::span<const std::string> receipts);
  /// Once this returns the lease does not extend `receipt` any more, so that it may be given back. No matter whether
  /// it was held.
  void remove(const std::string& receipt);

 private:
  void run(const std::stop_token& stop);
  void extend_all();

  Queue& queue_;
  const std::int64_t visibility_timeout_us_;
  std::mutex mutex_;  ///< held while extending: see remove()
  std::condition_variable_any stopped_;
  std::vector<std::string> receipts_;
  bool failure_was_logged_ = false;
  std::jthread thread_;  ///< last: it uses all of the above
};

}  // namespace vdp
