#include "queue/memory_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <set>

#include "queue/receipt.h"
#include "queue/visibility.h"

namespace vdp {
namespace {

struct Stored {
  std::string id;
  std::string body;
  std::uint32_t receive_count = 0;
  TimestampUs sent_us = 0;
  TimestampUs visible_us = 0;  ///< hidden before
};

// Messages are numbered in the order in which they were sent.
class MemoryQueue final : public Queue {
 public:
  explicit MemoryQueue(QueueOptions options) : options_(options) {}

  Result<std::vector<std::string>> send(std::span<const std::string> bodies) override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> ids;
    for (const std::string& body : bodies) {
      ids.push_back(fmt::format("message-{}", last_number_ + 1));
      add(ids.back(), body);
    }
    return ids;
  }

  Result<std::vector<Message>> receive(std::size_t max_messages, std::int64_t visibility_timeout_us) override {
    if (visibility_timeout_us < 0) return invalid("the visibility timeout is negative");
    const std::lock_guard lock(mutex_);
    bury_exhausted();
    std::vector<Message> delivered;
    for (auto entry = messages_.begin(); entry != messages_.end() && delivered.size() < max_messages; ++entry) {
      auto& [number, stored] = *entry;
      if (stored.visible_us > now()) continue;
      stored.visible_us = hidden_until(now(), visibility_timeout_us);
      ++stored.receive_count;
      delivered_.insert(number);
      delivered.push_back(
          {stored.id, Receipt{number, stored.receive_count}.text(), stored.body, stored.receive_count, stored.sent_us});
    }
    return delivered;
  }

  Result<std::vector<Status>> extend(std::span<const std::string> receipts,
                                     std::int64_t visibility_timeout_us) override {
    if (visibility_timeout_us < 0) return invalid("the visibility timeout is negative");
    const std::lock_guard lock(mutex_);
    std::vector<Status> statuses;
    for (const std::string& receipt : receipts) statuses.push_back(extend_one(receipt, visibility_timeout_us));
    return statuses;
  }

  Result<std::vector<Status>> remove(std::span<const std::string> receipts) override {
    const std::lock_guard lock(mutex_);
    std::vector<Status> statuses;
    for (const std::string& receipt : receipts) statuses.push_back(remove_one(receipt));
    return statuses;
  }

  Status bury(const std::string& receipt, const std::string& reason) override {
    const std::lock_guard lock(mutex_);
    const auto entry = find_delivery(receipt);
    if (entry == messages_.end()) return no_delivery(receipt);
    add_letter(entry->second, reason);
    erase(entry);
    return {};
  }

  Result<std::vector<DeadLetter>> dead_letters(std::size_t max_letters) override {
    const std::lock_guard lock(mutex_);
    bury_exhausted();
    const std::size_t count = std::min(max_letters, letters_.size());
    return std::vector<DeadLetter>(letters_.begin(), letters_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  Result<std::size_t> redrive(std::span<const std::string> ids) override {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const std::string& id : ids) {
      const auto letter = std::ranges::find(letters_, id, &DeadLetter::id);
      if (letter == letters_.end()) continue;
      add(letter->id, letter->body);
      letters_.erase(letter);
      ++count;
    }
    return count;
  }

  Result<std::size_t> discard(std::span<const std::string> ids) override {
    const std::lock_guard lock(mutex_);
    const std::set<std::string> unwanted(ids.begin(), ids.end());
    return std::erase_if(letters_, [&](const DeadLetter& letter) { return unwanted.contains(letter.id); });
  }

  Result<QueueDepth> depth() override {
    const std::lock_guard lock(mutex_);
    bury_exhausted();
    QueueDepth depth;
    depth.in_flight = static_cast<std::uint64_t>(std::ranges::count_if(
        delivered_, [&](std::int64_t number) { return messages_.at(number).visible_us > now(); }));
    depth.waiting = messages_.size() - depth.in_flight;
    depth.dead = letters_.size();
    if (!messages_.empty()) depth.oldest_age_us = now() - messages_.begin()->second.sent_us;
    return depth;
  }

  std::uint32_t max_receives() const override { return options_.max_receives; }

 private:
  using Messages = std::map<std::int64_t, Stored>;

  TimestampUs now() { return options_.clock->now_us(); }

  void add(std::string id, std::string body) {
    messages_.emplace(++last_number_, Stored{std::move(id), std::move(body), 0, now(), now()});
  }

  Messages::iterator erase(Messages::iterator entry) {
    delivered_.erase(entry->first);
    return messages_.erase(entry);
  }

  Messages::iterator find_delivery(const std::string& text) {
    const auto receipt = parse_receipt(text);
    if (!receipt) return messages_.end();
    const auto entry = messages_.find(receipt->number);
    return entry != messages_.end() && entry->second.receive_count == receipt->delivery ? entry : messages_.end();
  }

  bool is_there(const std::string& text) {
    const auto receipt = parse_receipt(text);
    return receipt && messages_.contains(receipt->number);
  }

  Status extend_one(const std::string& receipt, std::int64_t visibility_timeout_us) {
    const auto entry = find_delivery(receipt);
    if (entry == messages_.end()) return no_delivery(receipt);
    entry->second.visible_us = hidden_until(now(), visibility_timeout_us);
    return {};
  }

  Status remove_one(const std::string& receipt) {
    const auto entry = find_delivery(receipt);
    if (entry != messages_.end()) {
      erase(entry);
      return {};
    }
    if (is_there(receipt)) return no_delivery(receipt);
    return {};
  }

  void add_letter(const Stored& stored, std::string reason) {
    letters_.push_back({stored.id, stored.body, std::move(reason), stored.receive_count, stored.sent_us, now()});
  }

  // Messages that would be delivered once too often.
  void bury_exhausted() {
    const std::vector<std::int64_t> numbers(delivered_.begin(), delivered_.end());
    for (std::int64_t number : numbers) {
      const auto entry = messages_.find(number);
      const Stored& stored = entry->second;
      if (stored.visible_us > now() || stored.receive_count < options_.max_receives) continue;
      add_letter(stored, fmt::format("received {} times and never done", stored.receive_count));
      erase(entry);
    }
  }

  QueueOptions options_;
  std::mutex mutex_;
  Messages messages_;
  std::set<std::int64_t> delivered_;  ///< numbers of messages that were delivered at least once
  std::deque<DeadLetter> letters_;
  std::int64_t last_number_ = 0;
};

}  // namespace

QueuePtr make_memory_queue(QueueOptions options) { return std::make_shared<MemoryQueue>(options); }

}  // namespace vdp
