#include "apps/lambda/records_queue.h"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "base/task_pool.h"

namespace vdp::lambda {
namespace {

/// Dead letters that are sent at the same time: each waits for a round trip, and none for the others.
constexpr std::size_t parallel_letters = 8;

Failure not_ours() { return unsupported("the queue of an invocation only hands out the messages of its event"); }

}  // namespace

RecordsQueue::RecordsQueue(std::vector<Message> messages, std::uint32_t max_receives) : max_receives_(max_receives) {
  records_.reserve(messages.size());
  for (Message& message : messages) {
    message.receipt = std::to_string(records_.size());
    records_.push_back({std::move(message), State::waiting, {}});
  }
}

RecordsQueue::Record* RecordsQueue::find(const std::string& receipt) {
  std::size_t position = 0;
  const auto parsed = std::from_chars(receipt.data(), receipt.data() + receipt.size(), position);
  const bool is_number = parsed.ec == std::errc() && parsed.ptr == receipt.data() + receipt.size();
  return is_number && position < records_.size() ? &records_[position] : nullptr;
}

Result<std::vector<Message>> RecordsQueue::receive(std::size_t max_messages, std::int64_t) {
  const std::scoped_lock lock(mutex_);
  std::vector<Message> received;
  for (; next_ < records_.size() && received.size() < max_messages; ++next_) {
    records_[next_].state = State::received;
    received.push_back(records_[next_].message);
  }
  return received;
}

Result<std::vector<Status>> RecordsQueue::extend(std::span<const std::string> receipts, std::int64_t) {
  return std::vector<Status>(receipts.size());
}

Result<std::vector<Status>> RecordsQueue::remove(std::span<const std::string> receipts) {
  const std::scoped_lock lock(mutex_);
  std::vector<Status> statuses;
  for (const std::string& receipt : receipts) {
    Record* record = find(receipt);
    if (record != nullptr) record->state = State::settled;
    statuses.push_back(record != nullptr ? Status() : not_found(fmt::format("no record \"{}\"", receipt)));
  }
  return statuses;
}

Status RecordsQueue::bury(const std::string& receipt, const std::string& reason) {
  const std::scoped_lock lock(mutex_);
  Record* record = find(receipt);
  if (record == nullptr) return not_found(fmt::format("no record \"{}\"", receipt));
  record->state = State::rejected;
  record->reason = reason;
  return {};
}

Result<QueueDepth> RecordsQueue::depth() {
  const std::scoped_lock lock(mutex_);
  QueueDepth depth;
  for (const Record& record : records_) {
    depth.waiting += record.state == State::waiting ? 1 : 0;
    depth.in_flight += record.state == State::received ? 1 : 0;
    depth.dead += record.state == State::rejected ? 1 : 0;
  }
  return depth;
}

Result<std::vector<std::string>> RecordsQueue::send(std::span<const std::string>) { return not_ours(); }
Result<std::vector<DeadLetter>> RecordsQueue::dead_letters(std::size_t) { return not_ours(); }
Result<std::size_t> RecordsQueue::redrive(std::span<const std::string>) { return not_ours(); }
Result<std::size_t> RecordsQueue::discard(std::span<const std::string>) { return not_ours(); }

Status RecordsQueue::bury_rejected(DeadLetterSink* sink, std::optional<TimestampUs> deadline_us) {
  if (sink == nullptr) return {};
  const std::scoped_lock lock(mutex_);
  std::vector<Record*> rejected;
  for (Record& record : records_) {
    if (record.state == State::rejected) rejected.push_back(&record);
  }
  std::vector<Status> put(rejected.size());
  parallel_for(rejected.size(), parallel_letters, [&](std::size_t i) {
    if (deadline_us && system_clock().now_us() >= *deadline_us) {
      put[i] = fail(ErrorKind::cancelled, "no time is left for its dead letter");
    } else {
      put[i] = sink->put(rejected[i]->message, rejected[i]->reason);
    }
  });
  Status first;
  for (std::size_t i = 0; i < rejected.size(); ++i) {
    if (put[i]) rejected[i]->state = State::settled;
    if (!put[i] && first) first = std::unexpected(within("message " + rejected[i]->message.id, put[i].error()));
  }
  return first;
}

std::vector<std::string> RecordsQueue::unsettled() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> ids;
  std::set<std::string_view> known;
  for (const Record& record : records_) {
    if (record.state != State::settled && known.insert(record.message.id).second) ids.push_back(record.message.id);
  }
  return ids;
}

}  // namespace vdp::lambda
