#include "queue/events/event_bridge.h"

#include "base/json.h"
#include "queue/events/event_field.h"
#include "queue/events/object_location.h"

namespace vdp {
namespace {

Result<FileEvent> decode_detail(const Json& detail, FileEvent::Kind kind) {
  VDP_ASSIGN(const Json* bucket, required_object(detail, "bucket", "detail."));
  VDP_ASSIGN(const Json* object, required_object(detail, "object", "detail."));
  VDP_ASSIGN(const std::string name, required_text(*bucket, "name", "detail.bucket."));
  VDP_ASSIGN(const std::string key, required_text(*object, "key", "detail.object."));
  FileEvent event;
  event.kind = kind;
  VDP_ASSIGN(event.uri, object_uri(name, key));
  VDP_ASSIGN(event.size, optional_count(*object, "size", "detail.object."));
  VDP_ASSIGN(std::string etag, optional_text(*object, "etag", "detail.object."));
  event.etag = quoted_etag(std::move(etag));
  VDP_ASSIGN(event.version_id, optional_text(*object, "version-id", "detail.object."));
  return event;
}

}  // namespace

Result<DecodedMessage> decode_event_bridge(const Json& body) {
  VDP_ASSIGN(const std::string source, required_text(body, "source", ""));
  if (source != "aws.s3") return invalid("message: 'source' is another service, expected aws.s3");
  VDP_ASSIGN(const std::string type, required_text(body, "detail-type", ""));
  DecodedMessage decoded;
  const bool removed = type == "Object Deleted";
  if (!removed && type != "Object Created") {
    decoded.notes.emplace_back("an S3 event that neither makes nor removes an object was passed over");
    return decoded;
  }
  VDP_ASSIGN(const Json* detail, required_object(body, "detail", ""));
  VDP_ASSIGN(auto event, decode_detail(*detail, removed ? FileEvent::Kind::removed : FileEvent::Kind::created));
  VDP_ASSIGN(event.time_us, optional_time(body, "time", ""));
  decoded.events.push_back(std::move(event));
  return decoded;
}

}  // namespace vdp
