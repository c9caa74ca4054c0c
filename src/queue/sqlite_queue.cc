#include "queue/sqlite_queue.h"

#include <fmt/format.h>

#include <filesystem>
#include <mutex>
#include <system_error>
#include <type_traits>
#include <utility>

#include "queue/holder.h"
#include "queue/message_table.h"
#include "queue/sqlite_database.h"
#include "queue/sqlite_schema.h"
#include "queue/visibility.h"

namespace vdp {
namespace {

using sqlite::Database;
using sqlite::Transaction;

constexpr int busy_timeout_ms = 30'000;
constexpr std::int64_t turn_byte = 0;  // of the holders' file; holders count from 1
class SqliteQueue final : public Queue {
 public:
  SqliteQueue(std::string path, QueueOptions options, Database database, Holder holder)
      : path_(std::move(path)), options_(options), database_(std::move(database)), holder_(std::move(holder)) {}

  // Where leaving fails, the others find the lock of this holder gone, and do the same.
  ~SqliteQueue() override {
    static_cast<void>(transact("closing", [&](TimestampUs now_us) -> Status {
      VDP_TRY(holder_.leave(database_, now_us));
      return settle(now_us);
    }));
  }

  Result<std::vector<std::string>> send(std::span<const std::string> bodies) override {
    return transact("sending", [&](TimestampUs now_us) { return table_.send(bodies, now_us); });
  }

  Result<std::vector<Message>> receive(std::size_t max_messages, std::int64_t visibility_timeout_us) override {
    if (visibility_timeout_us < 0) return invalid("the visibility timeout is negative");
    return transact("receiving", [&](TimestampUs now_us) -> Result<std::vector<Message>> {
      VDP_TRY(settle(now_us));
      if (options_.ordered) {
        VDP_ASSIGN(const bool others_work, table_.held_by_others(holder_.number()));
        if (others_work) return std::vector<Message>();
      }
      VDP_ASSIGN(auto chosen, table_.waiting(max_messages));
      return table_.deliver(std::move(chosen), holder_.number(), hidden_until(now_us, visibility_timeout_us));
    });
  }

  Result<std::vector<Status>> extend(std::span<const std::string> receipts,
                                     std::int64_t visibility_timeout_us) override {
    if (visibility_timeout_us < 0) return invalid("the visibility timeout is negative");
    return transact("extending", [&](TimestampUs now_us) {
      const TimestampUs visible_us = hidden_until(now_us, visibility_timeout_us);
      return for_each(receipts,
                      [&](const std::string& receipt) { return table_.extend(receipt, holder_.number(), visible_us); });
    });
  }

  Result<std::vector<Status>> remove(std::span<const std::string> receipts) override {
    return transact("removing", [&](TimestampUs) {
      return for_each(receipts, [&](const std::string& receipt) { return table_.remove(receipt); });
    });
  }

  Status bury(const std::string& receipt, const std::string& reason) override {
    return transact("burying", [&](TimestampUs now_us) { return table_.bury(receipt, reason, now_us); });
  }

  Result<std::vector<DeadLetter>> dead_letters(std::size_t max_letters) override {
    return transact("reading the dead letters", [&](TimestampUs now_us) -> Result<std::vector<DeadLetter>> {
      VDP_TRY(settle(now_us));
      return table_.dead_letters(max_letters);
    });
  }

  Result<std::size_t> redrive(std::span<const std::string> ids) override {
    return transact("redriving", [&](TimestampUs now_us) { return table_.redrive(ids, now_us); });
  }

  Result<std::size_t> discard(std::span<const std::string> ids) override {
    return transact("discarding", [&](TimestampUs) { return table_.discard(ids); });
  }

  Result<QueueDepth> depth() override {
    return transact("counting", [&](TimestampUs now_us) -> Result<QueueDepth> {
      VDP_TRY(settle(now_us));
      return table_.depth(now_us);
    });
  }

  std::uint32_t max_receives() const override { return options_.max_receives; }

 private:
  /// Every operation is one transaction; its errors say where and what.
  template <typename Body>
  std::invoke_result_t<Body, TimestampUs> transact(std::string_view action, const Body& body) {
    const std::lock_guard lock(mutex_);
    auto result = run_transaction(body);
    if (!result) result.error() = within(fmt::format("queue {}: {}", path_, action), std::move(result).error());
    return result;
  }

  template <typename Body>
  std::invoke_result_t<Body, TimestampUs> run_transaction(const Body& body) {
    VDP_ASSIGN(Transaction transaction, database_.begin());
    auto result = body(options_.clock->now_us());
    if (result) VDP_TRY(transaction.commit());
    return result;
  }

  /// One status per receipt; a failure that is not about the receipt ends the whole.
  template <typename Body>
  static Result<std::vector<Status>> for_each(std::span<const std::string> receipts, const Body& body) {
    std::vector<Status> statuses;
    for (const std::string& receipt : receipts) {
      statuses.push_back(body(receipt));
      const Status& status = statuses.back();
      if (!status && status.error().kind != ErrorKind::not_found) return std::unexpected(status.error());
    }
    return statuses;
  }

  /// Nothing that a dead holder had, or whose timeout has ended, is in flight after this.
  Status settle(TimestampUs now_us) {
    VDP_TRY(holder_.expire_dead(database_, now_us));
    return table_.settle(options_.max_receives, now_us);
  }

  const std::string path_;
  const QueueOptions options_;
  std::mutex mutex_;
  Database database_;
  MessageTable table_{database_};
  Holder holder_;
};

/// One name for one file, so that all who open it find the same file of holders; its folder is made where it is not
/// there. Absolute, because SQLite gives a meaning of its own to names like ":memory:".
Result<std::string> resolve(const std::string& path) {
  if (path.empty()) return invalid("the path is empty");
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  if (!error) std::filesystem::create_directories(absolute.parent_path(), error);
  if (error) return fail(ErrorKind::denied, fmt::format("cannot make its folder: {}", error.message()));
  const auto canonical = std::filesystem::weakly_canonical(absolute, error);
  if (error) return fail(ErrorKind::denied, fmt::format("cannot resolve the path: {}", error.message()));
  return canonical.string();
}

/// One opens after the other, because SQLite's change to WAL is not made for company.
Status wait_for_turn(HolderLock& lock) {
  constexpr std::int64_t pause_us = 2'000;
  for (std::int64_t waited_us = 0; waited_us < busy_timeout_ms * 1'000; waited_us += pause_us) {
    VDP_ASSIGN(const bool is_mine, lock.try_lock(turn_byte));
    if (is_mine) return {};
    system_clock().sleep_us(pause_us);
  }
  return fail(ErrorKind::transient, fmt::format("another process has been opening it for {} ms", busy_timeout_ms));
}

Result<QueuePtr> open_at(const std::string& path, const QueueOptions& options) {
  VDP_ASSIGN(const std::string resolved, resolve(path));
  VDP_ASSIGN(HolderLock lock, HolderLock::open(resolved + "-holders"));
  VDP_TRY(wait_for_turn(lock));
  VDP_ASSIGN(Database database, Database::open(resolved, busy_timeout_ms));
  VDP_TRY(sqlite::prepare_schema(database));
  VDP_ASSIGN(Transaction transaction, database.begin());
  VDP_ASSIGN(Holder holder, Holder::enter(database, std::move(lock), options.clock->now_us()));
  VDP_TRY(transaction.commit());
  VDP_TRY(holder.lock().unlock(turn_byte));
  return std::make_shared<SqliteQueue>(path, options, std::move(database), std::move(holder));
}

}  // namespace

Result<QueuePtr> open_sqlite_queue(const std::string& path, QueueOptions options) {
  auto queue = open_at(path, options);
  if (!queue) return std::unexpected(within(fmt::format("queue {}: opening", path), std::move(queue).error()));
  return queue;
}

}  // namespace vdp
