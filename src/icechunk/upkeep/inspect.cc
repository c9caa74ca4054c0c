#include "icechunk/upkeep/inspect.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.h"

namespace vdp::icechunk {
namespace {

constexpr std::uint64_t max_object_bytes = std::uint64_t{1} << 30;

/// The object from its beginning: all of one that has a file header, else at most `max_bytes` (and at least a header's
/// length).
Result<ObjectData> read_object(ObjectStore& store, const std::string& key, std::uint64_t max_bytes) {
  VDP_ASSIGN_IN(store.url(), ObjectData object, store.get_first(key, std::max<std::uint64_t>(max_bytes, 64)));
  if (!has_file_header(object.bytes) || object.bytes.size() == object.info.size) return object;
  if (object.info.size > max_object_bytes) {
    return over_limit(
        fmt::format("{}{}: {} bytes, at most {} are decoded", store.url(), key, object.info.size, max_object_bytes));
  }
  VDP_ASSIGN_IN(store.url(), ObjectData whole, store.get(key));
  return whole;
}

bool is_text(std::string_view key) { return key.starts_with("refs/") || key == "config.yaml"; }

}  // namespace

Result<Json> inspect_object(ObjectStore& store, const std::string& key, const ObjectJsonLimits& limits) {
  VDP_ASSIGN(const ObjectData object, read_object(store, key, limits.text_bytes));
  const std::string place = store.url() + key;
  Json json = {{"key", key}, {"object_bytes", object.info.size}};
  if (has_file_header(object.bytes)) {
    VDP_ASSIGN_IN(place, const Json content, object_json(object.bytes, limits));
    json.update(content);
    return json;
  }
  const ByteView shown = ByteView(object.bytes).first(std::min(object.bytes.size(), limits.text_bytes));
  if (key.ends_with("/ref.json")) {
    VDP_ASSIGN_IN(place, json["json"], parse_json(as_text(shown)));
  } else if (is_text(key)) {
    json["text"] = std::string(as_text(shown));
  } else {
    json["first_bytes"] = {{"length", shown.size()}, {"base64", base64_encode(shown)}};
  }
  return json;
}

Result<Bytes> object_payload(ObjectStore& store, const std::string& key) {
  VDP_ASSIGN(const ObjectData object, read_object(store, key, 0));
  if (!has_file_header(object.bytes)) {
    return invalid(fmt::format("{}{}: it has no file header, and no payload behind it", store.url(), key));
  }
  VDP_ASSIGN_IN(store.url() + key, OpenedObject opened, open_any_object(object.bytes));
  return std::move(opened.payload);
}

}  // namespace vdp::icechunk
