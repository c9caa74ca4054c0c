#include "queue/holder.h"

#include <fmt/format.h>

#include <vector>

namespace vdp {
namespace {

Status expire(sqlite::Database& database, std::int64_t number, TimestampUs now_us) {
  VDP_TRY(database.run("UPDATE message INDEXED BY message_held SET visible_us = ? WHERE holder = ?", now_us, number));
  VDP_TRY(database.run("DELETE FROM holder WHERE number = ?", number));
  return {};
}

Result<std::vector<std::int64_t>> others(sqlite::Database& database, std::int64_t number) {
  std::vector<std::int64_t> numbers;
  VDP_ASSIGN(auto rows, database.query("SELECT number FROM holder WHERE number <> ? ORDER BY number", number));
  VDP_ASSIGN(bool found, rows.next());
  while (found) {
    numbers.push_back(rows.integer(0));
    VDP_ASSIGN(found, rows.next());
  }
  return numbers;
}

}  // namespace

Result<Holder> Holder::enter(sqlite::Database& database, HolderLock lock, TimestampUs now_us) {
  // Where the queue's file was replaced under open queues, these hold low numbers that the new file gives out again.
  constexpr int max_tries = 1000;
  for (int i = 0; i < max_tries; ++i) {
    VDP_ASSIGN(const std::int64_t number,
               database.number("INSERT INTO holder(opened_us) VALUES (?) RETURNING number", now_us));
    VDP_ASSIGN(const bool is_locked, lock.try_lock(number));
    if (is_locked) return Holder(std::move(lock), number);
    VDP_TRY(database.run("DELETE FROM holder WHERE number = ?", number));
  }
  return conflict(
      fmt::format("the numbers of {} new holders are all in use; was the file replaced while it was open?", max_tries));
}

Status Holder::expire_dead(sqlite::Database& database, TimestampUs now_us) const {
  VDP_ASSIGN(const auto numbers, others(database, number_));
  for (const std::int64_t number : numbers) {
    VDP_ASSIGN(const bool is_alive, lock_.is_locked_by_another(number));
    if (!is_alive) VDP_TRY(expire(database, number, now_us));
  }
  return {};
}

Status Holder::leave(sqlite::Database& database, TimestampUs now_us) const { return expire(database, number_, now_us); }

}  // namespace vdp
