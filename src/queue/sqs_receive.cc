#include "queue/sqs_receive.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <unordered_map>

#include "base/checked.h"
#include "base/json_field.h"
#include "queue/sqs_batch.h"

namespace vdp {
namespace {

constexpr std::size_t max_parallel_receives = 8;
/// Ten messages of 1 MiB, of which JSON may write each byte as "\u0000"; they rarely come near it.
constexpr std::uint64_t max_answer_bytes = 64ULL << 20;

/// Numbers are texts in the attributes of messages.
Result<std::int64_t> number_field(const Json& object, const char* name, std::int64_t absent) {
  const std::string text = text_field(object, name);
  if (text.empty()) return absent;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) {
    return corrupt(fmt::format("a message's attribute {} is no number", name));
  }
  return number;
}

const Json& object_field(const Json& object, const char* name) {
  static const Json none = Json::object();
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? *found : none;
}

Result<SqsMessage> read_message(const Json& object) {
  if (!object.is_object()) return corrupt("a message is no JSON object");
  SqsMessage read;
  read.message.id = text_field(object, "MessageId");
  read.message.receipt = text_field(object, "ReceiptHandle");
  read.message.body = text_field(object, "Body");
  if (read.message.id.empty() || read.message.receipt.empty()) return corrupt("a message has no id or no receipt");
  const Json& system = object_field(object, "Attributes");
  VDP_ASSIGN(const std::int64_t count, number_field(system, "ApproximateReceiveCount", 1));
  read.message.receive_count =
      static_cast<std::uint32_t>(std::min<std::int64_t>(count, std::numeric_limits<std::uint32_t>::max()));
  VDP_ASSIGN(const std::int64_t sent_ms, number_field(system, "SentTimestamp", 0));
  const auto sent_us = checked_multiply(sent_ms, std::int64_t{1000});
  if (!sent_us) return corrupt("a message's attribute SentTimestamp is beyond all times");
  read.message.sent_us = *sent_us;
  for (const auto& [name, value] : object_field(object, "MessageAttributes").items()) {
    if (value.is_object()) read.attributes[name] = text_field(value, "StringValue");
  }
  return read;
}

aws::JsonCall receive_call(const std::string& queue_url, const SqsReceive& what, std::size_t count,
                           std::chrono::seconds wait) {
  Json arguments = {{"QueueUrl", queue_url},
                    {"MaxNumberOfMessages", std::min(count, max_sqs_batch)},
                    {"VisibilityTimeout", what.visibility_s},
                    {"WaitTimeSeconds", wait.count()},
                    // The newer name of what was AttributeNames.
                    {"MessageSystemAttributeNames", Json::array({"ApproximateReceiveCount", "SentTimestamp"})}};
  if (what.with_attributes) arguments["MessageAttributeNames"] = Json::array({"All"});
  return {.action = "ReceiveMessage", .body = to_line(arguments), .wait = wait, .max_answer_bytes = max_answer_bytes};
}

/// Messages by their ids, in the order in which they first came.
class Received {
 public:
  /// Whether it is a new one. A message that came again is known by its last receipt.
  bool add(SqsMessage message) {
    const auto [entry, is_new] = places_.try_emplace(message.message.id, messages_.size());
    if (is_new) {
      messages_.push_back(std::move(message));
    } else {
      messages_[entry->second] = std::move(message);
    }
    return is_new;
  }
  std::size_t size() const { return messages_.size(); }
  std::vector<SqsMessage> take() { return std::move(messages_); }

 private:
  std::vector<SqsMessage> messages_;
  std::unordered_map<std::string, std::size_t> places_;
};

struct Wave {
  std::size_t new_messages = 0;
  Status status;
};

Wave receive_wave(SqsApi& api, std::span<const aws::JsonCall> calls, Received& received) {
  Wave wave;
  for (const auto& answer : api.call_all(calls)) {
    auto messages =
        answer ? read_sqs_messages(*answer) : Result<std::vector<SqsMessage>>(std::unexpected(answer.error()));
    if (!messages) {
      wave.status = std::unexpected(std::move(messages).error());
      continue;
    }
    for (SqsMessage& message : *messages) wave.new_messages += received.add(std::move(message)) ? 1 : 0;
  }
  return wave;
}

}  // namespace

std::int64_t sqs_visibility_s(std::int64_t visibility_timeout_us) {
  constexpr std::int64_t second_us = 1'000'000;
  const std::int64_t whole_s = visibility_timeout_us / second_us;
  return std::min(max_sqs_visibility_s, whole_s + (visibility_timeout_us % second_us != 0 ? 1 : 0));
}

Result<std::vector<SqsMessage>> read_sqs_messages(const Json& answer) {
  const auto list = answer.find("Messages");
  std::vector<SqsMessage> messages;
  if (list == answer.end() || list->is_null()) return messages;
  if (!list->is_array() || list->size() > max_sqs_batch) {
    return corrupt(fmt::format("ReceiveMessage: expected a list of at most {} messages", max_sqs_batch));
  }
  for (const Json& object : *list) {
    VDP_ASSIGN_IN("ReceiveMessage", SqsMessage message, read_message(object));
    messages.push_back(std::move(message));
  }
  return messages;
}

Result<std::vector<SqsMessage>> receive_from_sqs(SqsApi& api, const std::string& queue_url, const SqsReceive& what) {
  Received received;
  if (what.max_messages == 0) return received.take();
  std::vector<aws::JsonCall> calls = {receive_call(queue_url, what, what.max_messages, what.wait)};
  Wave wave = receive_wave(api, calls, received);
  if (!wave.status) return std::unexpected(std::move(wave.status).error());
  while (wave.new_messages != 0 && wave.status && received.size() < what.max_messages) {
    calls.clear();
    std::size_t left = what.max_messages - received.size();
    while (left != 0 && calls.size() < max_parallel_receives) {
      calls.push_back(receive_call(queue_url, what, left, std::chrono::seconds(0)));
      left -= std::min(left, max_sqs_batch);
    }
    wave = receive_wave(api, calls, received);
  }
  return received.take();
}

}  // namespace vdp
