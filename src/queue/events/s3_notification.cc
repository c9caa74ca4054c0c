#include "queue/events/s3_notification.h"

#include <fmt/format.h>

#include <optional>

#include "base/json.h"
#include "base/json_field.h"
#include "queue/events/event_field.h"
#include "queue/events/object_location.h"

namespace vdp {
namespace {

/// S3 sends one record a message; more are allowed by the format. Each is a file to be looked at.
constexpr std::size_t max_records = 1000;

/// Nothing for events that leave the bytes of an object where they are: tags, ACLs, storage classes, replication.
std::optional<FileEvent::Kind> kind_of(std::string_view event_name) {
  if (event_name.starts_with("s3:")) event_name.remove_prefix(3);
  if (event_name.starts_with("ObjectCreated:")) return FileEvent::Kind::created;
  // A delete marker hides all versions. Whether a file is gone is for the source to say.
  if (event_name.starts_with("ObjectRemoved:") || event_name.starts_with("LifecycleExpiration:")) {
    return FileEvent::Kind::removed;
  }
  return std::nullopt;
}

/// "aws:s3", and "minio:s3" and others of servers that speak its protocol.
Status check_source(const Json& record, const std::string& place) {
  VDP_ASSIGN(const std::string source, required_text(record, "eventSource", place));
  if (!source.ends_with(":s3")) {
    return invalid(fmt::format("message: '{}eventSource' is another service, expected aws:s3", place));
  }
  VDP_ASSIGN(const std::string version, optional_text(record, "eventVersion", place));
  if (version.empty() || version.starts_with("2.")) return {};
  return invalid(fmt::format("message: '{}eventVersion' is another version, expected 2.x", place));
}

Result<std::string> uri_of(const Json& record, const Json& object, const std::string& place) {
  VDP_ASSIGN(const Json* s3, required_object(record, "s3", place));
  VDP_ASSIGN(const Json* bucket, required_object(*s3, "bucket", place + "s3."));
  VDP_ASSIGN(const std::string name, required_text(*bucket, "name", place + "s3.bucket."));
  VDP_ASSIGN(const std::string encoded, required_text(object, "key", place + "s3.object."));
  VDP_ASSIGN(const std::string key, decode_form(encoded));
  return object_uri(name, key);
}

Result<FileEvent> decode_record(const Json& record, FileEvent::Kind kind, const std::string& place) {
  VDP_ASSIGN(const Json* s3, required_object(record, "s3", place));
  VDP_ASSIGN(const Json* object, required_object(*s3, "object", place + "s3."));
  FileEvent event;
  event.kind = kind;
  VDP_ASSIGN(event.uri, uri_of(record, *object, place));
  const std::string object_place = place + "s3.object.";
  VDP_ASSIGN(event.size, optional_count(*object, "size", object_place));
  VDP_ASSIGN(std::string etag, optional_text(*object, "eTag", object_place));
  event.etag = quoted_etag(std::move(etag));
  VDP_ASSIGN(event.version_id, optional_text(*object, "versionId", object_place));
  VDP_ASSIGN(event.time_us, optional_time(record, "eventTime", place));
  return event;
}

}  // namespace

bool is_s3_test_event(const Json& body) { return text_field(body, "Event") == "s3:TestEvent"; }

Result<DecodedMessage> decode_s3_notification(const Json& body) {
  const Json& records = body.at("Records");
  if (!records.is_array() || records.empty()) {
    return invalid(fmt::format("message: 'Records' is {}, expected an array of at least one",
                               records.is_array() ? "empty" : records.type_name()));
  }
  if (records.size() > max_records) {
    return invalid(fmt::format("message: {} records, expected up to {}", records.size(), max_records));
  }
  DecodedMessage decoded;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string place = fmt::format("Records[{}].", i);
    if (!records[i].is_object()) {
      return invalid(fmt::format("message: 'Records[{}]' is {}, expected an object", i, records[i].type_name()));
    }
    VDP_TRY(check_source(records[i], place));
    VDP_ASSIGN(const std::string name, required_text(records[i], "eventName", place));
    if (const auto kind = kind_of(name)) {
      VDP_ASSIGN(auto event, decode_record(records[i], *kind, place));
      decoded.events.push_back(std::move(event));
    } else {
      decoded.notes.emplace_back("an S3 event that neither makes nor removes an object was passed over");
    }
  }
  return decoded;
}

}  // namespace vdp
