#include "queue/sqs_deliveries.h"

namespace vdp {
namespace {

constexpr std::size_t max_in_flight = 120'000;
constexpr std::size_t max_finished = 10'000;

}  // namespace

SqsDeliveries::Deliveries::iterator SqsDeliveries::locate(const std::string& receipt) {
  const auto number = by_receipt_.find(receipt);
  return number == by_receipt_.end() ? deliveries_.end() : deliveries_.find(number->second);
}

void SqsDeliveries::erase(Deliveries::iterator entry) {
  by_receipt_.erase(entry->second.message.receipt);
  by_id_.erase(entry->second.message.id);
  deliveries_.erase(entry);
}

void SqsDeliveries::add(const Message& message, TimestampUs asked_us) {
  const std::lock_guard lock(mutex_);
  if (const auto former = by_id_.find(message.id); former != by_id_.end()) erase(deliveries_.find(former->second));
  const std::uint64_t number = ++last_number_;
  deliveries_.emplace(number, Delivery{message, asked_us});
  by_receipt_[message.receipt] = number;
  by_id_[message.id] = number;
  if (deliveries_.size() > max_in_flight) erase(deliveries_.begin());
}

std::optional<Message> SqsDeliveries::find(const std::string& receipt) {
  const std::lock_guard lock(mutex_);
  const auto entry = locate(receipt);
  if (entry == deliveries_.end()) return std::nullopt;
  return entry->second.message;
}

std::optional<TimestampUs> SqsDeliveries::asked_us(const std::string& receipt) {
  const std::lock_guard lock(mutex_);
  const auto entry = locate(receipt);
  if (entry == deliveries_.end()) return std::nullopt;
  return entry->second.asked_us;
}

void SqsDeliveries::finish(const std::string& receipt) {
  const std::lock_guard lock(mutex_);
  if (const auto entry = locate(receipt); entry != deliveries_.end()) erase(entry);
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
