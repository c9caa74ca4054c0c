// Fields of generated FlatBuffers classes as JSON. Private to this room.
#pragma once

#include <algorithm>

#include "base/json.h"
#include "icechunk/format/object_json.h"
#include "icechunk/format/wire.h"

namespace vdp::icechunk {

/// What each kind of object has in its tables. `spec_version` is that of the file's header.
Result<Json> manifest_json(ByteView payload, const ObjectJsonLimits& limits);
Result<Json> repo_json(ByteView payload, const ObjectJsonLimits& limits);
Result<Json> snapshot_json(ByteView payload, std::uint8_t spec_version, const ObjectJsonLimits& limits);
Result<Json> transaction_log_json(ByteView payload, const ObjectJsonLimits& limits);

/// Makes JSON of one object. In a hostile payload many tables can refer to one long text: all texts together are shown
/// up to what the payload and the limits allow, then each is cut to nothing.
class WireJson {
 public:
  WireJson(const ObjectJsonLimits& limits, std::size_t payload_bytes)
      : limits_(limits),
        reader_(payload_bytes),
        text_budget_(payload_bytes +
                     std::uint64_t{limits.text_bytes} * std::min<std::uint64_t>(limits.list_items, UINT32_MAX)) {}

  Json text(std::string_view text);
  Json text(const flatbuffers::String* wire_text);
  Json bytes(const WireBytes* wire_bytes);
  static Json id(const wire::ObjectId12* id) { return id == nullptr ? Json() : Json(read_id12(id).text()); }
  static Json id(const wire::ObjectId8* id) { return id == nullptr ? Json() : Json(read_id8(id).text()); }
  static Json time(std::uint64_t microseconds);
  /// {name: value}, decoded.
  Result<Json> metadata(const WireItems* items, std::uint8_t spec_version);

  /// Sets `object[name]` to what `to_json` makes of the first entries, and says how many there are more.
  template <typename Vector, typename ToJson>
  Status add_list(Json& object, const std::string& name, const Vector* entries, ToJson&& to_json) const {
    object[name] = Json();
    if (entries == nullptr) return {};
    Json list = Json::array();
    const std::size_t shown = std::min<std::size_t>(entries->size(), limits_.list_items);
    for (std::size_t i = 0; i < shown; ++i) {
      const Result<Json> entry = to_json(entries->Get(static_cast<flatbuffers::uoffset_t>(i)));
      if (!entry) return std::unexpected(within(name + " " + std::to_string(i), entry.error()));
      list.push_back(*entry);
    }
    object[name] = std::move(list);
    if (shown < entries->size()) object[name + "_omitted"] = entries->size() - shown;
    return {};
  }
  /// Of numbers.
  template <typename Vector>
  void add_numbers(Json& object, const std::string& name, const Vector* numbers) const {
    // What a number becomes cannot fail.
    static_cast<void>(add_list(object, name, numbers, [](auto number) -> Result<Json> { return Json(number); }));
  }
  /// Of ids.
  template <typename Vector>
  void add_ids(Json& object, const std::string& name, const Vector* ids) const {
    static_cast<void>(add_list(object, name, ids, [](const auto* entry) -> Result<Json> { return id(entry); }));
  }

 private:
  /// How much of `size` bytes is shown.
  std::size_t take_text(std::size_t size);

  const ObjectJsonLimits& limits_;
  WireReader reader_;
  std::uint64_t text_budget_;
};

}  // namespace vdp::icechunk
