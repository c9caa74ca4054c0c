#include "queue/message_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "queue/receipt.h"

namespace vdp {
namespace {

using sqlite::Query;

constexpr std::string_view id_prefix = "message-";

std::string id_text(std::int64_t id) { return fmt::format("{}{}", id_prefix, id); }

std::optional<std::int64_t> parse_id(std::string_view text) {
  if (!text.starts_with(id_prefix)) return std::nullopt;
  text.remove_prefix(id_prefix.size());
  std::int64_t id = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return id;
}

/// As a LIMIT; SQLite takes a negative one for none.
std::int64_t limit_of(std::size_t count) {
  return static_cast<std::int64_t>(std::min<std::size_t>(count, std::numeric_limits<std::int64_t>::max()));
}

}  // namespace

Status MessageTable::settle(std::uint32_t max_receives, TimestampUs now_us) {
  const std::int64_t receive_limit = max_receives;
  // `receive_count <> 0` lets the index of the received ones serve; `> 0` would be taken for the bound of its search.
  VDP_TRY(
      database_.run("INSERT INTO letter(id, body, reason, receive_count, sent_us, died_us) "
                    "SELECT id, body, 'received ' || receive_count || ' times and never done', receive_count, "
                    "sent_us, ? FROM message INDEXED BY message_received "
                    "WHERE receive_count <> 0 AND receive_count >= ? AND (holder IS NULL OR visible_us <= ?) "
                    "ORDER BY number",
                    now_us, receive_limit, now_us));
  VDP_TRY(
      database_.run("DELETE FROM message INDEXED BY message_received "
                    "WHERE receive_count <> 0 AND receive_count >= ? AND (holder IS NULL OR visible_us <= ?)",
                    receive_limit, now_us));
  VDP_TRY(
      database_.run("UPDATE message INDEXED BY message_hidden SET holder = NULL "
                    "WHERE holder IS NOT NULL AND visible_us <= ?",
                    now_us));
  return {};
}

Result<std::int64_t> MessageTable::last_number() {
  return database_.number("SELECT seq FROM sqlite_sequence WHERE name = 'message'");
}

Result<std::vector<std::string>> MessageTable::send(std::span<const std::string> bodies, TimestampUs now_us) {
  VDP_ASSIGN(std::int64_t number, last_number());
  std::vector<std::string> ids;
  for (const std::string& body : bodies) {
    ++number;
    VDP_TRY(
        database_.run("INSERT INTO message(number, id, body, sent_us) VALUES (?1, ?1, ?2, ?3)", number, body, now_us));
    ids.push_back(id_text(number));
  }
  return ids;
}

Result<std::vector<Waiting>> MessageTable::waiting(std::size_t max_messages) {
  VDP_ASSIGN(Query rows, database_.query("SELECT number, id, body, receive_count, sent_us "
                                         "FROM message INDEXED BY message_waiting WHERE holder IS NULL "
                                         "ORDER BY number LIMIT ?",
                                         limit_of(max_messages)));
  std::vector<Waiting> found;
  VDP_ASSIGN(bool more, rows.next());
  while (more) {
    found.push_back({rows.integer(0), rows.integer(1), rows.text(2), rows.integer(3), rows.integer(4)});
    VDP_ASSIGN(more, rows.next());
  }
  return found;
}

Result<std::vector<Message>> MessageTable::deliver(std::vector<Waiting> chosen, std::int64_t holder,
                                                   TimestampUs visible_us) {
  std::vector<Message> messages;
  for (Waiting& each : chosen) {
    const std::int64_t delivery = each.receive_count + 1;
    VDP_TRY(database_.run("UPDATE message SET holder = ?, visible_us = ?, receive_count = ? WHERE number = ?", holder,
                          visible_us, delivery, each.number));
    messages.push_back({id_text(each.id), Receipt{each.number, delivery}.text(), std::move(each.body),
                        static_cast<std::uint32_t>(delivery), each.sent_us});
  }
  return messages;
}

Status MessageTable::extend(const std::string& text, std::int64_t holder, TimestampUs visible_us) {
  const auto receipt = parse_receipt(text);
  if (!receipt) return no_delivery(text);
  VDP_ASSIGN(const std::int64_t extended,
             database_.run("UPDATE message SET holder = ?, visible_us = ? WHERE number = ? AND receive_count = ?",
                           holder, visible_us, receipt->number, receipt->delivery));
  if (extended == 0) return no_delivery(text);
  return {};
}

Status MessageTable::remove(const std::string& text) {
  const auto receipt = parse_receipt(text);
  if (!receipt) return {};
  VDP_ASSIGN(const std::int64_t removed, database_.run("DELETE FROM message WHERE number = ? AND receive_count = ?",
                                                       receipt->number, receipt->delivery));
  if (removed > 0) return {};
  VDP_ASSIGN(const std::int64_t there,
             database_.number("SELECT COUNT(*) FROM message WHERE number = ?", receipt->number));
  if (there > 0) return no_delivery(text);
  return {};
}

Status MessageTable::bury(const std::string& text, const std::string& reason, TimestampUs now_us) {
  const auto receipt = parse_receipt(text);
  if (!receipt) return no_delivery(text);
  VDP_ASSIGN(const std::int64_t buried,
             database_.run("INSERT INTO letter(id, body, reason, receive_count, sent_us, died_us) "
                           "SELECT id, body, ?, receive_count, sent_us, ? FROM message "
                           "WHERE number = ? AND receive_count = ?",
                           reason, now_us, receipt->number, receipt->delivery));
  if (buried == 0) return no_delivery(text);
  VDP_TRY(database_.run("DELETE FROM message WHERE number = ?", receipt->number));
  return {};
}

Result<std::vector<DeadLetter>> MessageTable::dead_letters(std::size_t max_letters) {
  VDP_ASSIGN(Query rows, database_.query("SELECT id, body, reason, receive_count, sent_us, died_us FROM letter "
                                         "ORDER BY number LIMIT ?",
                                         limit_of(max_letters)));
  std::vector<DeadLetter> letters;
  VDP_ASSIGN(bool more, rows.next());
  while (more) {
    letters.push_back({id_text(rows.integer(0)), rows.text(1), rows.text(2),
                       static_cast<std::uint32_t>(rows.integer(3)), rows.integer(4), rows.integer(5)});
    VDP_ASSIGN(more, rows.next());
  }
  return letters;
}

Result<std::size_t> MessageTable::redrive(std::span<const std::string> ids, TimestampUs now_us) {
  VDP_ASSIGN(std::int64_t number, last_number());
  std::size_t sent = 0;
  for (const std::string& text : ids) {
    const auto id = parse_id(text);
    if (!id) continue;
    VDP_ASSIGN(const std::int64_t found, database_.run("INSERT INTO message(number, id, body, sent_us) "
                                                       "SELECT ?, id, body, ? FROM letter WHERE id = ?",
                                                       number + 1, now_us, *id));
    if (found == 0) continue;
    VDP_TRY(database_.run("DELETE FROM letter WHERE id = ?", *id));
    ++number;
    ++sent;
  }
  return sent;
}

Result<bool> MessageTable::held_by_others(std::int64_t holder) {
  VDP_ASSIGN(Query other, database_.query("SELECT 1 FROM message INDEXED BY message_hidden "
                                          "WHERE holder IS NOT NULL AND holder <> ? LIMIT 1",
                                          holder));
  return other.next();
}

Result<std::size_t> MessageTable::discard(std::span<const std::string> ids) {
  std::size_t count = 0;
  for (const std::string& text : ids) {
    const auto id = parse_id(text);
    if (!id) continue;
    VDP_ASSIGN(const std::int64_t found, database_.run("DELETE FROM letter WHERE id = ?", *id));
    count += static_cast<std::size_t>(found);
  }
  return count;
}

Result<QueueDepth> MessageTable::depth(TimestampUs now_us) {
  VDP_ASSIGN(const std::int64_t waiting_count,
             database_.number("SELECT COUNT(*) FROM message INDEXED BY message_waiting WHERE holder IS NULL"));
  VDP_ASSIGN(const std::int64_t in_flight,
             database_.number("SELECT COUNT(*) FROM message INDEXED BY message_hidden WHERE holder IS NOT NULL"));
  VDP_ASSIGN(const std::int64_t dead, database_.number("SELECT COUNT(*) FROM letter"));
  VDP_ASSIGN(Query oldest, database_.query("SELECT sent_us FROM message ORDER BY number LIMIT 1"));
  VDP_ASSIGN(const bool has_oldest, oldest.next());
  QueueDepth depth;
  depth.waiting = static_cast<std::uint64_t>(waiting_count);
  depth.in_flight = static_cast<std::uint64_t>(in_flight);
  depth.dead = static_cast<std::uint64_t>(dead);
  if (has_oldest) depth.oldest_age_us = std::max<std::int64_t>(0, now_us - oldest.integer(0));
  return depth;
}

}  // namespace vdp
