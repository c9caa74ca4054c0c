#include "pipeline/forward/settlement.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"

namespace vdp {
namespace {

/// Deliveries that wait for other granules and are kept in hand; more go back to the queue.
constexpr std::size_t max_waiting = 1000;

/// Files of one message whose reasons its dead letter has.
constexpr std::size_t max_reasons = 20;

std::string reasons_of(const Delivery& delivery) {
  if (delivery.files == 1) return delivery.rejected.front().reason;
  std::string text;
  for (std::size_t i = 0; i < std::min(delivery.rejected.size(), max_reasons); ++i) {
    const Outcome& outcome = delivery.rejected[i];
    text += fmt::format("{}{}: {}", i == 0 ? "" : "; ", outcome.granule.uri, outcome.reason);
  }
  if (delivery.rejected.size() > max_reasons) {
    text += fmt::format("; and {} files more", delivery.rejected.size() - max_reasons);
  }
  return text;
}

/// What the second message gets that names a file: it finds the store as the first one left it.
void mark_as_told(Outcome& outcome) {
  if (!outcome.changes_store()) return;
  outcome.kind = Outcome::Kind::unchanged;
  outcome.refs = 0;
  outcome.notes.clear();
}

}  // namespace

Settlement::Settlement(Queue& queue, const ForwardOptions& options, Tally& tally)
    : queue_(queue), options_(options), tally_(tally), lease_(queue, {}, options.visibility_timeout_us) {}

Result<std::vector<Message>> Settlement::receive(std::size_t max_messages) {
  VDP_ASSIGN(auto messages, queue_.receive(max_messages, options_.visibility_timeout_us));
  std::vector<std::string> receipts;
  for (const Message& message : messages) receipts.push_back(message.receipt);
  lease_.add(receipts);
  return messages;
}

Status Settlement::bury_unreadable(const Message& message, const Error& error) {
  Granule unreadable;
  unreadable.uri = "message " + message.id;
  VDP_TRY(bury(message, error.text()));
  count_rejected(Outcome::rejected(std::move(unreadable), error.text()));
  return {};
}

Status Settlement::settle(std::vector<Delivery> deliveries, const Batch& batch, std::vector<Outcome> outcomes) {
  std::vector<std::string> done;
  for (Delivery& delivery : deliveries) {
    deferred_.erase(delivery.message.id);
    for (const std::string& note : delivery.notes) tally_.note(note);
    auto deferred = take_outcomes(delivery, batch, outcomes);
    if (!deferred.empty()) {
      defer(std::move(delivery), std::move(deferred));
    } else if (!delivery.rejected.empty()) {
      VDP_TRY(bury(delivery.message, reasons_of(delivery)));
      for (Outcome& outcome : delivery.rejected) count_rejected(std::move(outcome));
    } else {
      done.push_back(delivery.message.receipt);
    }
  }
  // A message that was delivered again meanwhile is not lost: its granules will be `unchanged`.
  VDP_TRY(queue_.remove(done));
  for (const std::string& receipt : done) lease_.remove(receipt);
  tally_.tell_progress();
  return {};
}

std::vector<Outcome> Settlement::take_outcomes(Delivery& delivery, const Batch& batch, std::vector<Outcome>& outcomes) {
  std::vector<Outcome> deferred;
  for (FileRequest& request : std::exchange(delivery.open, {})) {
    Outcome& shared = outcomes[batch.index_of(request)];
    Outcome outcome = shared;
    mark_as_told(shared);
    if (outcome.kind == Outcome::Kind::deferred && is_last_delivery(delivery.message)) {
      outcome.kind = Outcome::Kind::rejected;
      outcome.reason += fmt::format(" (given up after {} deliveries)", delivery.message.receive_count);
    }
    if (outcome.kind == Outcome::Kind::deferred) {
      deferred.push_back(std::move(outcome));
      delivery.open.push_back(std::move(request));
    } else if (outcome.kind == Outcome::Kind::rejected) {
      delivery.rejected.push_back(std::move(outcome));
    } else {
      tally_.count(std::move(outcome));
    }
  }
  return deferred;
}

void Settlement::defer(Delivery delivery, std::vector<Outcome> outcomes) {
  const bool waits = std::ranges::all_of(outcomes, &Outcome::waits) && waiting_.size() < max_waiting;
  // It is told of those that were rejected once the message is done: until then it comes back with all its files.
  deferred_.emplace(delivery.message.id, std::move(outcomes));
  if (waits) {
    waiting_.push_back(std::move(delivery));
  } else {
    lease_.remove(delivery.message.receipt);
  }
}

Status Settlement::bury(const Message& message, const std::string& reason) {
  const auto buried = queue_.bury(message.receipt, reason);
  lease_.remove(message.receipt);
  // Delivered again to another consumer, which will find the same.
  if (!buried && buried.error().kind != ErrorKind::not_found) return buried;
  return {};
}

void Settlement::count_rejected(Outcome outcome) {
  if (options_.mode == ForwardMode::follow) {
    log(LogLevel::warning, fmt::format("rejected {}: {}", outcome.granule.uri, outcome.reason));
  }
  tally_.count(std::move(outcome));
}

Status Settlement::give_back() {
  std::vector<std::string> receipts;
  for (const Delivery& delivery : waiting_) {
    lease_.remove(delivery.message.receipt);
    receipts.push_back(delivery.message.receipt);
  }
  VDP_TRY(queue_.extend(receipts, 0));
  for (auto& [id, outcomes] : deferred_) {
    for (Outcome& outcome : outcomes) tally_.count(std::move(outcome));
  }
  return {};
}

}  // namespace vdp
