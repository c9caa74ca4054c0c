// The messages and dead letters of a queue file. Each call is a part of a transaction of the caller.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "queue/queue.h"
#include "queue/sqlite_database.h"

namespace vdp {

/// A message that can be received.
struct Waiting {
  std::int64_t number = 0;  ///< its place in the order of sending
  std::int64_t id = 0;
  std::string body;
  std::int64_t receive_count = 0;
  TimestampUs sent_us = 0;
};

class MessageTable {
 public:
  /// The database must outlive the table.
  explicit MessageTable(sqlite::Database& database) : database_(database) {}

  /// What is due by now: messages whose hiding has ended die if they were received `max_receives` times, and wait
  /// again otherwise. To be called before anything that depends on who waits.
  Status settle(std::uint32_t max_receives, TimestampUs now_us);

  Result<std::vector<std::string>> send(std::span<const std::string> bodies, TimestampUs now_us);

  /// Whether messages are in flight at another holder.
  Result<bool> held_by_others(std::int64_t holder);

  /// The first `max_messages` that wait, in the order of sending.
  Result<std::vector<Waiting>> waiting(std::size_t max_messages);
  Result<std::vector<Message>> deliver(std::vector<Waiting> chosen, std::int64_t holder, TimestampUs visible_us);

  // Of one delivery; errors and their absence as of Queue.
  Status extend(const std::string& receipt, std::int64_t holder, TimestampUs visible_us);
  Status remove(const std::string& receipt);
  Status bury(const std::string& receipt, const std::string& reason, TimestampUs now_us);

  Result<std::vector<DeadLetter>> dead_letters(std::size_t max_letters);
  Result<std::size_t> redrive(std::span<const std::string> ids, TimestampUs now_us);
  Result<std::size_t> discard(std::span<const std::string> ids);
  Result<QueueDepth> depth(TimestampUs now_us);

 private:
  Result<std::int64_t> last_number();

  sqlite::Database& database_;
};

}  // namespace vdp
