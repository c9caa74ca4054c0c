#include "formats/hdf5/object.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json_append.h"
#include "base/utf8.h"
#include "formats/hdf5/attribute.h"
#include "formats/hdf5/shared_message.h"

namespace vdp::hdf5 {
namespace {

/// Attributes that serve the format alone.
constexpr std::array<std::string_view, 8> hidden_attributes = {
    "CLASS",         "DIMENSION_LIST",      "NAME",          "REFERENCE_LIST",
    "_NCProperties", "_Netcdf4Coordinates", "_Netcdf4Dimid", "_nc3_strict"};
constexpr std::string_view scale_class = "DIMENSION_SCALE";
/// How netCDF-C and h5netcdf begin the NAME of a dimension without a variable.
constexpr std::string_view placeholder_name = "This is a netCDF dimension but not a netCDF variable";

const Message* find(const std::vector<Message>& messages, MessageType type) {
  const auto found = std::ranges::find(messages, type, &Message::type);
  return found == messages.end() ? nullptr : &*found;
}

/// The fill value message rules over the old one, which is kept for old readers.
Decoded<FillValue> read_fill_value(const FileView& file, const std::vector<Message>& messages) {
  const Message* message = find(messages, MessageType::fill_value);
  if (message == nullptr) message = find(messages, MessageType::fill_value_old);
  if (message == nullptr) return FillValue{};
  VDP_ASSIGN(const Message own, resolve_shared(file, *message));
  VDP_ASSIGN(FillValue fill, decode_fill_value(own.type, file.cursor(own.body, own.address)));
  return fill;
}

Decoded<DatasetHeader> read_dataset(const FileView& file, const std::vector<Message>& messages) {
  const Message* space = find(messages, MessageType::dataspace);
  const Message* type = find(messages, MessageType::datatype);
  const Message* layout = find(messages, MessageType::layout);
  if (space == nullptr || type == nullptr || layout == nullptr) {
    return corrupt("a dataset without a message for its dataspace, datatype or layout");
  }
  DatasetHeader dataset;
  VDP_ASSIGN(const Message own_space, resolve_shared(file, *space));
  VDP_ASSIGN(dataset.space, decode_dataspace(file, file.cursor(own_space.body, own_space.address)));
  VDP_ASSIGN(const Message own_type, resolve_shared(file, *type));
  Cursor type_cursor = file.cursor(own_type.body, own_type.address);
  VDP_ASSIGN(dataset.type, decode_datatype(type_cursor));
  VDP_ASSIGN(dataset.fill, read_fill_value(file, messages));
  VDP_ASSIGN(dataset.layout, decode_layout(file, file.cursor(layout->body, layout->address)));
  if (const Message* filters = find(messages, MessageType::filter_pipeline)) {
    VDP_ASSIGN(const Message own, resolve_shared(file, *filters));
    VDP_ASSIGN(dataset.filters, decode_filter_pipeline(file.cursor(own.body, own.address)));
  }
  if (const Message* external = find(messages, MessageType::external_files)) {
    VDP_ASSIGN(dataset.external, read_external_files(file, *external));
  }
  return dataset;
}

/// Integers of `value`, a number or a list of them.
std::vector<std::int64_t> integers(const Json& value) {
  std::vector<std::int64_t> result;
  if (value.is_number_integer()) result.push_back(value.get<std::int64_t>());
  if (value.is_array()) {
    for (const Json& item : value) {
      if (item.is_number_integer()) result.push_back(item.get<std::int64_t>());
    }
  }
  return result;
}

void note_role(const std::string& name, const Json& value, DimensionRole& role) {
  if (name == "CLASS") role.is_scale = value == scale_class;
  if (name == "NAME" && value.is_string()) {
    role.is_placeholder = value.get_ref<const std::string&>().starts_with(placeholder_name);
  }
  if (name == "_Netcdf4Dimid") {
    const auto ids = integers(value);
    if (!ids.empty()) role.netcdf_id = ids.front();
  }
  if (name == "_Netcdf4Coordinates") role.coordinate_ids = integers(value);
}

class AttributeReader {
 public:
  AttributeReader(const FileView& file, Object& object) : file_(file), heap_(file), object_(object) {}

  /// All of them; goes on after a miss, so that all missing collections are asked for together.
  Decoded<void> read(const std::vector<Message>& messages) {
    auto listed = read_attributes(file_, messages);
    if (!listed) {
      if (listed.error().is_missing()) return missing();
      object_.lost.push_back(fmt::format("attributes: {}", listed.error().error().text()));
      return {};
    }
    std::vector<Attribute>& attributes = *listed;
    std::ranges::sort(attributes, {}, &Attribute::name);
    bool incomplete = false;
    for (const Attribute& attribute : attributes) {
      auto done = attribute.name == "DIMENSION_LIST" ? read_scales(attribute) : read_value(attribute);
      if (done) continue;
      if (done.error().is_missing()) {
        incomplete = true;
      } else {
        lose(attribute.name, done.error().error().text());
      }
    }
    if (incomplete) return missing();
    return {};
  }

 private:
  Decoded<void> read_scales(const Attribute& attribute) {
    VDP_ASSIGN(object_.role.scales, attribute_references(file_, heap_, attribute));
    return {};
  }

  Decoded<void> read_value(const Attribute& attribute) {
    if (attribute.name == "REFERENCE_LIST" || attribute.name == "_NCProperties") return {};
    if (!is_utf8(attribute.name)) return unsupported("its name is not valid UTF-8");
    VDP_ASSIGN(Json value, attribute_value(heap_, attribute));
    note_role(attribute.name, value, object_.role);
    const bool hidden = std::ranges::find(hidden_attributes, attribute.name) != hidden_attributes.end();
    if (!hidden && value != scale_class) keep(attribute.name, std::move(value));
    return {};
  }

  /// They come by name, so that one with the name of another follows it: the last one holds.
  void keep(const std::string& name, Json value) {
    auto& kept = object_.attributes.get_ref<Json::object_t&>();
    if (!kept.empty() && kept.back().first == name) {
      kept.back().second = std::move(value);
    } else {
      append(object_.attributes, name, std::move(value));
    }
  }

  void lose(const std::string& name, const std::string& reason) {
    object_.lost.push_back(fmt::format("attribute {}: {}", name, reason));
  }

  const FileView& file_;
  GlobalHeap heap_;
  Object& object_;
};

bool is_group(const std::vector<Message>& messages) {
  return find(messages, MessageType::symbol_table) != nullptr || find(messages, MessageType::link_info) != nullptr ||
         find(messages, MessageType::group_info) != nullptr || find(messages, MessageType::link) != nullptr;
}

}  // namespace

Decoded<Object> read_object(const FileView& file, Address address, Foresight& foreseen) {
  VDP_ASSIGN(const std::vector<Message> messages, read_object_header(file, address));
  Object object;
  // Both parts are tried before either gives up, so that what both miss is asked for together.
  auto attributes = AttributeReader(file, object).read(messages);
  if (is_group(messages)) {
    VDP_ASSIGN(object.links, read_links(file, messages, foreseen.children));
    std::ranges::sort(object.links, {}, &Link::name);
  } else if (find(messages, MessageType::layout) != nullptr || find(messages, MessageType::dataspace) != nullptr) {
    object.kind = Object::Kind::dataset;
    VDP_ASSIGN(object.dataset, read_dataset(file, messages));
  } else if (find(messages, MessageType::datatype) != nullptr) {
    object.kind = Object::Kind::named_datatype;
  } else {
    return corrupt(fmt::format("the object at offset {} is no group, dataset or datatype", file.absolute(address)));
  }
  if (!attributes) foreseen.dataset = std::move(object.dataset);
  VDP_TRY(std::move(attributes));
  return object;
}

}  // namespace vdp::hdf5
