#include "apps/lambda/sqs_event.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/checked.h"
#include "base/json.h"
#include "base/json_field.h"

namespace vdp::lambda {
namespace {

constexpr std::string_view sqs_source = "aws:sqs";

/// More than the service puts into an event (10,000), as the event's size is bounded already.
constexpr std::size_t max_records = 100'000;

/// What an event looks like, without its values: they may be anybody's.
std::string describe(const Json& value) {
  constexpr std::size_t max_names = 8;
  if (!value.is_object()) return fmt::format("a JSON {}", value.type_name());
  std::vector<std::string> names;
  for (const auto& [name, child] : value.items()) {
    if (names.size() == max_names) {
      names.emplace_back("...");
      break;
    }
    names.push_back(name.substr(0, 64));
  }
  return fmt::format("an object with {}", names.empty() ? "no fields" : fmt::format("{}", fmt::join(names, ", ")));
}

/// The service writes numbers as texts. 0 for anything else: nothing depends on them but when to give up.
template <typename Number>
Number number_field(const Json& object, const std::string& key) {
  const std::string text = text_field(object, key);
  Number number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() ? number : Number{0};
}

/// EventSource, with a capital, is how SNS writes it.
std::string source_of(const Json& record) {
  const std::string source = text_field(record, "eventSource");
  return source.empty() ? text_field(record, "EventSource") : source;
}

Result<Message> parse_record(const Json& record, std::size_t position) {
  if (!record.is_object()) return invalid(fmt::format("found {}, expected an object", describe(record)));
  if (const std::string source = source_of(record); source != sqs_source) {
    return invalid(fmt::format("eventSource: found \"{}\", expected \"{}\"", source.substr(0, 64), sqs_source));
  }
  Message message;
  message.id = text_field(record, "messageId");
  if (message.id.empty()) return invalid(fmt::format("found {}, expected a messageId", describe(record)));
  const auto body = record.find("body");
  if (body == record.end() || !body->is_string()) {
    return invalid(fmt::format("found {}, expected a body that is a text", describe(record)));
  }
  message.body = body->get<std::string>();
  message.receipt = std::to_string(position);
  const auto attributes = record.find("attributes");
  if (attributes != record.end() && attributes->is_object()) {
    message.receive_count = std::max(number_field<std::uint32_t>(*attributes, "ApproximateReceiveCount"), 1U);
    const auto sent_ms = number_field<std::int64_t>(*attributes, "SentTimestamp");
    message.sent_us = checked_multiply(sent_ms, std::int64_t{1000}).value_or(0);
  }
  return message;
}

}  // namespace

Result<std::vector<Message>> parse_sqs_event(const Json& event) {
  const auto records = event.is_object() ? event.find("Records") : event.end();
  if (records == event.end() || !records->is_array()) {
    return invalid(
        fmt::format("found {}, expected the event of an SQS queue: {{\"Records\": [...]}}", describe(event)));
  }
  if (records->size() > max_records) {
    return over_limit(fmt::format("an event of {} records, at most {} are taken", records->size(), max_records));
  }
  std::vector<Message> messages;
  for (std::size_t i = 0; i < records->size(); ++i) {
    VDP_ASSIGN_IN(fmt::format("Records[{}]", i), auto message, parse_record((*records)[i], i));
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace vdp::lambda
