#include "queue/events/decode_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "queue/events/event_bridge.h"
#include "queue/events/plain_message.h"
#include "queue/events/s3_notification.h"
#include "queue/events/sns_envelope.h"
#include "queue/granule_message.h"

namespace vdp {
namespace {

/// The longest message of SQS.
constexpr std::size_t max_body_bytes = 1 << 20;
/// An envelope in an envelope comes of topics that feed each other.
constexpr int max_envelopes = 3;

/// What tells a shape from all others: the name of a field.
struct Marker {
  const char* field;
  const char* shape;
};
constexpr std::array<Marker, 6> markers = {{{"Records", "an S3 notification"},
                                            {"Event", "an S3 test event"},
                                            {"detail-type", "an event of EventBridge"},
                                            {"Type", "an SNS notification"},
                                            {"uri", "a URI"},
                                            {"bucket", "a bucket and a key"}}};

Result<std::string_view> shape_of(const Json& body) {
  std::vector<Marker> found;
  for (const Marker& marker : markers) {
    if (body.contains(marker.field)) found.push_back(marker);
  }
  if (found.size() == 1) return found.front().field;
  if (found.empty()) {
    return invalid(fmt::format(
        "message: found an object of {} fields of no known shape, expected an S3 event, an SNS notification, "
        "{{\"uri\"}} or {{\"bucket\", \"key\"}}",
        body.size()));
  }
  return invalid(fmt::format("message: found {} and {} in one, expected one of them", found[0].shape, found[1].shape));
}

Result<DecodedMessage> one_event(Result<FileEvent> event) {
  if (!event) return std::unexpected(std::move(event).error());
  return DecodedMessage{{std::move(*event)}, {}};
}

Result<FileEvent> decode_own(std::string_view body) {
  VDP_ASSIGN(auto granule, decode_granule(body));
  FileEvent event;
  event.uri = std::move(granule.uri);
  event.key = std::move(granule.key);
  event.size = granule.size;
  event.etag = std::move(granule.etag);
  event.last_modified_us = granule.last_modified_us;
  return event;
}

Result<DecodedMessage> decode_text(std::string_view text, int envelopes);

Result<DecodedMessage> decode_envelope(const Json& body, int envelopes) {
  if (envelopes == max_envelopes) {
    return invalid(fmt::format("message: more than {} envelopes of SNS, one in the other", max_envelopes));
  }
  VDP_ASSIGN(const std::string message, open_sns_envelope(body));
  return decode_text(message, envelopes + 1);
}

Result<DecodedMessage> decode_test_event(const Json& body) {
  if (!is_s3_test_event(body)) return invalid("message: 'Event' is none of S3, expected s3:TestEvent");
  return DecodedMessage{{}, {"a test event of S3 was passed over"}};
}

Result<DecodedMessage> decode_object(const Json& body, std::string_view text, int envelopes) {
  VDP_ASSIGN(const auto shape, shape_of(body));
  if (shape == "Records") return decode_s3_notification(body);
  if (shape == "Event") return decode_test_event(body);
  if (shape == "detail-type") return decode_event_bridge(body);
  if (shape == "Type") return decode_envelope(body, envelopes);
  if (shape == "bucket") return one_event(decode_bucket_message(body));
  return one_event(body.contains("key") ? decode_own(text) : decode_uri_message(body));
}

std::string_view without_margins(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const auto begin = std::min(text.find_first_not_of(space), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(space) + 1);
}

Result<DecodedMessage> decode_text(std::string_view margined, int envelopes) {
  const std::string_view text = without_margins(margined);
  if (text.empty()) return invalid("message: empty");
  const bool may_be_json = std::string_view("{[\"").find(text.front()) != std::string_view::npos;
  if (!may_be_json) return one_event(decode_bare_uri(text));
  const auto json = parse_json(text);
  if (!json) return invalid("message: no JSON");  // the error itself would show how the text begins
  if (json->is_string()) return one_event(decode_bare_uri(json->get_ref<const std::string&>()));
  if (!json->is_object()) return invalid(fmt::format("message: found {}, expected an object", json->type_name()));
  return decode_object(*json, text, envelopes);
}

/// What is said several times is one event, as what is said in several messages is one delivery.
void drop_duplicates(std::vector<FileEvent>& events) {
  std::vector<FileEvent> kept;
  for (FileEvent& event : events) {
    if (std::ranges::find(kept, event) == kept.end()) kept.push_back(std::move(event));
  }
  events = std::move(kept);
}

/// A message may say nothing a thousand times.
void drop_duplicates(std::vector<std::string>& notes) {
  std::ranges::sort(notes);
  const auto rest = std::ranges::unique(notes);
  notes.erase(rest.begin(), rest.end());
}

}  // namespace

Result<DecodedMessage> decode_message(std::string_view body) {
  if (body.size() > max_body_bytes) {
    return invalid(fmt::format("message: {} bytes, expected up to {}", body.size(), max_body_bytes));
  }
  VDP_ASSIGN(auto decoded, decode_text(body, 0));
  drop_duplicates(decoded.events);
  drop_duplicates(decoded.notes);
  return decoded;
}

}  // namespace vdp
