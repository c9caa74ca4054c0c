#include "queue/granule_message.h"

#include <fmt/format.h>

#include <cstdint>

#include "base/json.h"
#include "dataset/calendar.h"
#include "queue/events/object_location.h"

namespace vdp {
namespace {

Result<std::string> text_member(const Json& object, const char* name, bool required) {
  const auto member = object.find(name);
  if (member == object.end() && !required) return std::string();
  if (member == object.end() || !member->is_string()) {
    return invalid(fmt::format("message: '{}' is {}, expected a text", name,
                               member == object.end() ? "missing" : member->type_name()));
  }
  return member->get<std::string>();
}

Result<TimestampUs> parse_timestamp(const std::string& text) {
  constexpr auto calendar = dataset::Calendar::proleptic_gregorian;
  const auto instant = dataset::parse_instant(calendar, text);
  const auto timestamp = instant ? dataset::to_timestamp(calendar, *instant) : std::unexpected(instant.error());
  if (!timestamp) return invalid("message: 'last_modified' is no time of RFC 3339");
  return timestamp;
}

}  // namespace

std::string encode_granule(const Granule& granule) {
  Json object = {{"uri", granule.uri}, {"key", granule.key}};
  if (granule.size != 0) object["size"] = granule.size;
  if (!granule.etag.empty()) object["etag"] = granule.etag;
  if (granule.last_modified_us != 0) object["last_modified"] = format_timestamp(granule.last_modified_us);
  // Keys are bytes; what is no UTF-8 in them is replaced, and such an object is not found later on.
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Granule> decode_granule(std::string_view body) {
  const auto object = parse_json(body);
  if (!object) return invalid("message: no JSON");  // the error itself would show how the text begins
  if (!object->is_object()) return invalid(fmt::format("message: found {}, expected an object", object->type_name()));
  Granule granule;
  VDP_ASSIGN(granule.uri, text_member(*object, "uri", true));
  VDP_TRY(check_event_uri(granule.uri));
  VDP_ASSIGN(granule.key, text_member(*object, "key", true));
  VDP_ASSIGN(granule.etag, text_member(*object, "etag", false));
  if (const auto size = object->find("size"); size != object->end()) {
    if (!size->is_number_unsigned())
      return invalid(fmt::format("message: 'size' is {}, expected a whole number", size->type_name()));
    granule.size = size->get<std::uint64_t>();
  }
  VDP_ASSIGN(const std::string modified, text_member(*object, "last_modified", false));
  if (!modified.empty()) {
    VDP_ASSIGN(granule.last_modified_us, parse_timestamp(modified));
  }
  return granule;
}

}  // namespace vdp
