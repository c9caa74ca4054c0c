#include "queue/events/plain_message.h"

#include "base/json.h"
#include "queue/events/event_field.h"
#include "queue/events/object_location.h"

namespace vdp {
namespace {

Status decode_rest(const Json& body, FileEvent& event) {
  VDP_ASSIGN(const std::string kind, optional_text(body, "event", ""));
  if (kind == "removed") event.kind = FileEvent::Kind::removed;
  if (!kind.empty() && kind != "created" && kind != "removed") {
    return invalid("message: 'event' is of another kind, expected created or removed");
  }
  VDP_ASSIGN(event.size, optional_count(body, "size", ""));
  VDP_ASSIGN(std::string etag, optional_text(body, "etag", ""));
  event.etag = quoted_etag(std::move(etag));
  VDP_ASSIGN(event.version_id, optional_text(body, "version", ""));
  return {};
}

}  // namespace

Result<FileEvent> decode_uri_message(const Json& body) {
  FileEvent event;
  VDP_ASSIGN(event.uri, required_text(body, "uri", ""));
  VDP_TRY(check_event_uri(event.uri));
  VDP_TRY(decode_rest(body, event));
  return event;
}

Result<FileEvent> decode_bucket_message(const Json& body) {
  VDP_ASSIGN(const std::string bucket, required_text(body, "bucket", ""));
  VDP_ASSIGN(const std::string key, required_text(body, "key", ""));
  FileEvent event;
  VDP_ASSIGN(event.uri, object_uri(bucket, key));
  VDP_TRY(decode_rest(body, event));
  return event;
}

Result<FileEvent> decode_bare_uri(std::string_view text) {
  VDP_TRY(check_event_uri(text));
  FileEvent event;
  event.uri = text;
  return event;
}

}  // namespace vdp
