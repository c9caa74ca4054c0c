#include "queue/sqs_dead_letter_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "base/log.h"
#include "base/timestamp.h"
#include "queue/sqs_dead_letters.h"
#include "queue/sqs_text.h"

namespace vdp {
namespace {

constexpr const char* reason_attribute = "vdp-reason";
constexpr const char* id_attribute = "vdp-message-id";
constexpr const char* count_attribute = "vdp-receive-count";
constexpr const char* sent_attribute = "vdp-sent-at";

constexpr std::size_t max_reason_bytes = 4096;
/// Letters in hand come back by themselves after this, should their reader die.
constexpr std::int64_t reading_visibility_s = 30;
constexpr std::size_t letters_a_turn = 200;

Json attribute(const char* type, std::string value) { return {{"DataType", type}, {"StringValue", std::move(value)}}; }

Json attributes_of(const Message& message, const std::string& reason) {
  // An attribute is never empty.
  const std::string told = reason.empty() ? "no reason was given" : as_sqs_text(reason, max_reason_bytes);
  Json attributes = {{reason_attribute, attribute("String", told)},
                     {count_attribute, attribute("Number", std::to_string(message.receive_count))},
                     {sent_attribute, attribute("String", format_timestamp(message.sent_us))}};
  const std::string id = as_sqs_text(message.id, max_reason_bytes);
  if (!id.empty()) attributes[id_attribute] = attribute("String", id);
  return attributes;
}

std::string attribute_of(const SqsMessage& received, const char* name, const std::string& absent) {
  const auto found = received.attributes.find(name);
  return found == received.attributes.end() || found->second.empty() ? absent : found->second;
}

/// The messages of a queue in turns, hidden while they are looked at. What is not struck is given back at the end.
class Reading {
 public:
  Reading(SqsApi& api, const std::string& queue_url, std::chrono::seconds wait)
      : api_(api), queue_url_(queue_url), wait_(wait) {}
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() { give_back(); }

  /// Messages that were not seen before; none at the end of the queue.
  Result<std::vector<SqsMessage>> next(std::size_t max_messages) {
    VDP_ASSIGN(auto found, receive_from_sqs(api_, queue_url_,
                                            {.max_messages = std::min(max_messages, letters_a_turn),
                                             .visibility_s = reading_visibility_s,
                                             .wait = wait_,
                                             .with_attributes = true}));
    std::erase_if(found, [this](const SqsMessage& received) {
      return !receipts_.insert_or_assign(received.message.id, received.message.receipt).second;
    });
    return found;
  }

  /// It left the queue.
  void strike(const Message& message) { receipts_[message.id].clear(); }

 private:
  void give_back() {
    std::vector<Json> entries;
    for (const auto& [id, receipt] : receipts_) {
      if (!receipt.empty()) entries.push_back({{"ReceiptHandle", receipt}, {"VisibilityTimeout", 0}});
    }
    if (entries.empty()) return;
    const auto given = api_.batch("ChangeMessageVisibilityBatch", queue_url_, entries);
    if (!given) log(LogLevel::debug, fmt::format("dead letters stay hidden for a while: {}", given.error().text()));
  }

  SqsApi& api_;
  const std::string& queue_url_;
  std::chrono::seconds wait_;
  std::unordered_map<std::string, std::string> receipts_;  ///< by message id; empty for those that left
};

}  // namespace

Status SqsDeadLetterQueue::put(const Message& message, const std::string& reason) {
  Json arguments = {{"QueueUrl", queue_url_}, {"MessageBody", message.body}};
  arguments["MessageAttributes"] = attributes_of(message, reason);
  const Result<Json> sent = api_->call("SendMessage", arguments);
  if (sent) return {};
  // Attributes count as a part of the message: beside one that is as large as can be they have no place.
  const bool may_be_too_large = message.body.size() + max_reason_bytes >= (256U << 10);
  const bool refused = sent.error().kind == ErrorKind::invalid || sent.error().kind == ErrorKind::limit;
  if (!refused || !may_be_too_large) return std::unexpected(within("dead letters", sent.error()));
  arguments.erase("MessageAttributes");
  VDP_ASSIGN_IN("dead letters", const Json bare, api_->call("SendMessage", arguments));
  log(LogLevel::warning,
      fmt::format("the dead letter of message {} has no place for its reason: {}", message.id, reason));
  return {};
}

DeadLetter SqsDeadLetterQueue::letter_of(const SqsMessage& received) const {
  DeadLetter letter;
  letter.id = attribute_of(received, id_attribute, received.message.id);
  letter.body = received.message.body;
  letter.reason =
      attribute_of(received, reason_attribute, fmt::format("delivered {} times without success", max_receives_));
  const std::string count = attribute_of(received, count_attribute, std::to_string(max_receives_));
  std::from_chars(count.data(), count.data() + count.size(), letter.receive_count);
  letter.sent_us = parse_timestamp(attribute_of(received, sent_attribute, "")).value_or(received.message.sent_us);
  letter.died_us = received.message.sent_us;
  return letter;
}

Result<std::vector<DeadLetter>> SqsDeadLetterQueue::list(std::size_t max_letters) {
  Reading reading(*api_, queue_url_, wait_);
  std::vector<DeadLetter> letters;
  while (letters.size() < max_letters) {
    VDP_ASSIGN_IN("dead letters", const auto found, reading.next(max_letters - letters.size()));
    if (found.empty()) break;
    for (const SqsMessage& received : found) letters.push_back(letter_of(received));
  }
  std::ranges::stable_sort(letters, {}, &DeadLetter::died_us);
  return letters;
}

Result<std::size_t> SqsDeadLetterQueue::take(std::span<const std::string> ids, const DealWith& deal_with) {
  const std::unordered_set<std::string> wanted(ids.begin(), ids.end());
  std::unordered_set<std::string> seen;
  Reading reading(*api_, queue_url_, wait_);
  std::size_t taken = 0;
  while (seen.size() < wanted.size()) {
    VDP_ASSIGN_IN("dead letters", auto found, reading.next(letters_a_turn));
    if (found.empty()) break;
    std::erase_if(found, [&](const SqsMessage& received) { return !wanted.contains(letter_of(received).id); });
    if (found.empty()) continue;
    std::vector<std::string> bodies;
    std::vector<Json> entries;
    for (const SqsMessage& received : found) {
      seen.insert(letter_of(received).id);
      bodies.push_back(received.message.body);
      entries.push_back({{"ReceiptHandle", received.message.receipt}});
    }
    // In this order: a crash in between leaves a letter that was redriven, and loses none.
    VDP_TRY(deal_with(bodies));
    VDP_ASSIGN_IN("dead letters", const auto removed, api_->batch("DeleteMessageBatch", queue_url_, entries));
    for (std::size_t i = 0; i < found.size(); ++i) {
      // Not found: another program has taken it at the same time.
      const bool left = removed[i] || removed[i].error().kind == ErrorKind::not_found;
      if (!left) return std::unexpected(within("dead letters", removed[i].error()));
      reading.strike(found[i].message);
      ++taken;
    }
  }
  return taken;
}

Result<std::shared_ptr<DeadLetterSink>> open_sqs_dead_letters(const std::string& queue_url) {
  VDP_ASSIGN(SqsApiPtr api, open_sqs_api(queue_url));
  return std::make_shared<SqsDeadLetterQueue>(std::move(api), queue_url, 0, std::chrono::seconds(0));
}

}  // namespace vdp
