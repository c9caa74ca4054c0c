#include <fmt/format.h>

#include <limits>

#include "icechunk/format/metadata_value.h"
#include "icechunk/format/utf8.h"

namespace vdp::icechunk {
namespace {

/// Builds a value from the parser's events. The parser recurses for every nesting, so it is stopped at a depth.
class Builder {
 public:
  Json value;
  std::string problem = "not MessagePack";

  bool null() { return add(nullptr); }
  bool boolean(bool item) { return add(item); }
  bool number_integer(Json::number_integer_t item) { return add(item); }
  bool number_unsigned(Json::number_unsigned_t item) { return add(item); }
  bool number_float(Json::number_float_t item, const std::string&) { return add(item); }
  bool string(std::string& item) { return is_utf8(item) ? add(std::move(item)) : stop("text is not UTF-8"); }
  bool binary(Json::binary_t&) { return stop("binary data have no place in JSON"); }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool key(std::string& name) {
    keys_.back() = std::move(name);
    return is_utf8(keys_.back()) || stop("a key is not UTF-8");
  }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    return stop(fmt::format("byte {}: not MessagePack", position));
  }

 private:
  static constexpr std::size_t max_depth = 64;

  bool stop(std::string why) {
    problem = std::move(why);
    return false;
  }

  bool add(Json item) {
    if (open_.empty()) {
      value = std::move(item);
    } else if (open_.back().is_array()) {
      open_.back().push_back(std::move(item));
    } else {
      // Without a search for a duplicate, which would take quadratic time.
      open_.back().get_ref<Json::object_t&>().push_back({std::move(keys_.back()), std::move(item)});
    }
    return true;
  }

  bool open(Json container) {
    if (open_.size() >= max_depth) return stop(fmt::format("nested deeper than {}", max_depth));
    open_.push_back(std::move(container));
    keys_.emplace_back();
    return true;
  }

  bool close() {
    Json finished = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    return add(std::move(finished));
  }

  std::vector<Json> open_;
  std::vector<std::string> keys_;  ///< per open container
};

}  // namespace

Result<Json> decode_message_pack(ByteView bytes) {
  Builder builder;
  const bool parsed = Json::sax_parse(bytes.begin(), bytes.end(), &builder, Json::input_format_t::msgpack);
  if (!parsed) return corrupt("metadata value: " + builder.problem);
  return std::move(builder.value);
}

std::vector<StoredMetadataItem> encode_metadata(const Json& object) {
  std::vector<StoredMetadataItem> items;
  for (const auto& [name, value] : object.items()) items.push_back({name, encode_flexbuffer(value)});
  std::ranges::sort(items, {}, &StoredMetadataItem::name);
  return items;
}

Result<Json> decode_metadata(const std::vector<StoredMetadataItem>& items, std::uint8_t spec_version) {
  Json object = Json::object();
  auto& members = object.get_ref<Json::object_t&>();
  for (const auto& item : items) {
    VDP_ASSIGN_IN("metadata " + item.name, Json value,
                  spec_version == 1 ? decode_message_pack(item.value) : decode_flexbuffer(item.value));
    members.push_back({item.name, std::move(value)});
  }
  return object;
}

}  // namespace vdp::icechunk
