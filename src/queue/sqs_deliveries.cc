#include "queue/sqs_deliveries.h"

namespace vdp {
namespace {

constexpr std::size_t max_in_flight = 120'000;
constexpr std::size_t max_finished = 10'000;

}  // namespace

void SqsDeliveries::erase(std::map<std::uint64_t, Message>::iterator entry) {
  by_receipt_.erase(entry->second.receipt);
  by_id_.erase(entry->second.id);
  messages_.erase(entry);
}

void SqsDeliveries::add(const Message& message) {
  const std::lock_guard lock(mutex_);
  if (const auto former = by_id_.find(message.id); former != by_id_.end()) erase(messages_.find(former->second));
  const std::uint64_t number = ++last_number_;
  messages_.emplace(number, message);
  by_receipt_[message.receipt] = number;
  by_id_[message.id] = number;
  if (messages_.size() > max_in_flight) erase(messages_.begin());
}

std::optional<Message> SqsDeliveries::find(const std::string& receipt) {
  const std::lock_guard lock(mutex_);
  const auto number = by_receipt_.find(receipt);
  if (number == by_receipt_.end()) return std::nullopt;
  return messages_.at(number->second);
}

void SqsDeliveries::finish(const std::string& receipt) {
  const std::lock_guard lock(mutex_);
  if (const auto number = by_receipt_.find(receipt); number != by_receipt_.end()) erase(messages_.find(number->second));
  if (!finished_.insert(receipt).second) return;
  finished_order_.push_back(receipt);
  if (finished_order_.size() <= max_finished) return;
  finished_.erase(finished_order_.front());
  finished_order_.pop_front();
}

bool SqsDeliveries::is_finished(const std::string& receipt) {
  const std::lock_guard lock(mutex_);
  return finished_.contains(receipt);
}

}  // namespace vdp
