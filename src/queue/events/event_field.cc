#include "queue/events/event_field.h"

#include <fmt/format.h>

#include "base/json.h"
#include "dataset/calendar.h"

namespace vdp {
namespace {

/// Null where there is no such field; nothing is there where null stands, too.
const Json* find_field(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

Failure unexpected_field(const Json* found, const char* name, const std::string& place, const char* expected) {
  return invalid(fmt::format("message: '{}{}' is {}, expected {}", place, name,
                             found == nullptr ? "missing" : found->type_name(), expected));
}

}  // namespace

Result<const Json*> required_object(const Json& object, const char* name, const std::string& place) {
  const Json* found = find_field(object, name);
  if (found == nullptr || !found->is_object()) return unexpected_field(found, name, place, "an object");
  return found;
}

Result<std::string> required_text(const Json& object, const char* name, const std::string& place) {
  const Json* found = find_field(object, name);
  if (found == nullptr || !found->is_string()) return unexpected_field(found, name, place, "a text");
  auto text = found->get<std::string>();
  if (text.empty()) return invalid(fmt::format("message: '{}{}' is an empty text", place, name));
  return text;
}

Result<std::string> optional_text(const Json& object, const char* name, const std::string& place) {
  const Json* found = find_field(object, name);
  if (found == nullptr) return std::string();
  if (!found->is_string()) return unexpected_field(found, name, place, "a text");
  return found->get<std::string>();
}

Result<std::uint64_t> optional_count(const Json& object, const char* name, const std::string& place) {
  const Json* found = find_field(object, name);
  if (found == nullptr) return 0;
  if (!found->is_number_unsigned()) return unexpected_field(found, name, place, "a whole number");
  return found->get<std::uint64_t>();
}

Result<TimestampUs> optional_time(const Json& object, const char* name, const std::string& place) {
  VDP_ASSIGN(const std::string text, optional_text(object, name, place));
  if (text.empty()) return 0;
  constexpr auto calendar = dataset::Calendar::proleptic_gregorian;
  const auto instant = dataset::parse_instant(calendar, text);
  const auto timestamp = instant ? dataset::to_timestamp(calendar, *instant) : std::unexpected(instant.error());
  if (!timestamp) return invalid(fmt::format("message: '{}{}' is no time of RFC 3339", place, name));
  return timestamp;
}

std::string quoted_etag(std::string etag) {
  if (etag.empty() || etag.ends_with('"')) return etag;
  return '"' + etag + '"';
}

}  // namespace vdp
