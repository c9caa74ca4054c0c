#include "zarr/array_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/checked.h"
#include "zarr/fill_value.h"

namespace vdp::zarr {
namespace {

/// Keys of an array's zarr.json, core specification, section "Array metadata".
constexpr auto known_keys = std::to_array<std::string_view>({"zarr_format", "node_type", "shape", "data_type",
                                                             "chunk_grid", "chunk_key_encoding", "fill_value", "codecs",
                                                             "attributes", "dimension_names", "storage_transformers"});

/// zarr-python writes an empty configuration, but not for these.
bool leaves_out_empty_configuration(const std::string& codec) { return codec == "bytes" || codec == "crc32c"; }

Json to_json(const Codec& codec) {
  Json value{{"name", codec.name}};
  if (!codec.configuration.empty() || !leaves_out_empty_configuration(codec.name)) {
    value["configuration"] = codec.configuration;
  }
  return value;
}

std::string dump(const Json& document) {
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// A value in a message; text that is no UTF-8 does not stop it.
std::string shown(const Json& value) { return dump_sorted(value, -1); }

/// An extension of the specification: a name, or {"name": ..., "configuration": {...}}.
Result<Codec> parse_extension(const Json& value, std::string_view what) {
  if (value.is_string()) return Codec{value.get<std::string>(), Json::object()};
  if (!value.is_object() || !value.contains("name") || !value["name"].is_string()) {
    return corrupt(fmt::format("{} must have a name, found {}", what, shown(value)));
  }
  Codec extension{value["name"].get<std::string>(), Json::object()};
  if (const auto configuration = value.find("configuration"); configuration != value.end()) {
    if (!configuration->is_object()) return corrupt(fmt::format("{}: \"configuration\" must be an object", what));
    extension.configuration = *configuration;
  }
  return extension;
}

Result<Shape> parse_shape(const Json& value, std::string_view what, std::uint64_t smallest) {
  if (!value.is_array()) return corrupt(fmt::format("{} must be a list, found {}", what, shown(value)));
  Shape shape;
  for (const auto& item : value) {
    // Parsed numbers are unsigned where they can be; those of a document made in memory may be signed.
    const bool natural = item.is_number_unsigned() || (item.is_number_integer() && item.get<std::int64_t>() >= 0);
    if (!natural || item.get<std::uint64_t>() < smallest)
      return corrupt(fmt::format("{}: expected integers from {}, found {}", what, smallest, shown(item)));
    shape.push_back(item.get<std::uint64_t>());
  }
  return shape;
}

Result<Shape> parse_chunk_grid(const Json& value) {
  VDP_ASSIGN(const Codec grid, parse_extension(value, "chunk_grid"));
  if (grid.name != "regular") return unsupported(fmt::format("chunk grid \"{}\" (only \"regular\")", grid.name));
  const auto chunk_shape = grid.configuration.find("chunk_shape");
  if (chunk_shape == grid.configuration.end()) return corrupt("chunk_grid: a regular grid has a chunk_shape");
  return parse_shape(*chunk_shape, "chunk_shape", 1);
}

/// Where chunks are stored is Icechunk's matter; a key encoding that nobody knows may still mean another grid.
Status check_chunk_key_encoding(const Json& value) {
  VDP_ASSIGN(const Codec encoding, parse_extension(value, "chunk_key_encoding"));
  if (encoding.name != "default" && encoding.name != "v2") {
    return unsupported(fmt::format("chunk key encoding \"{}\"", encoding.name));
  }
  return {};
}

Result<std::vector<std::optional<std::string>>> parse_dimension_names(const Json& value, std::size_t rank) {
  std::vector<std::optional<std::string>> names;
  if (value.is_null()) return names;
  if (!value.is_array() || value.size() != rank) {
    return corrupt(fmt::format("dimension_names must be a list of {}, found {}", rank, shown(value)));
  }
  for (const auto& item : value) {
    if (!item.is_null() && !item.is_string()) {
      return corrupt(fmt::format("dimension_names: expected names or null, found {}", shown(item)));
    }
    names.push_back(item.is_null() ? std::nullopt : std::optional(item.get<std::string>()));
  }
  return names;
}

/// What we do not know must be marked as not needed to understand the array.
Status check_keys(const Json& document) {
  for (const auto& [key, value] : document.items()) {
    if (std::ranges::find(known_keys, key) != known_keys.end()) continue;
    const bool ignorable = value.is_object() && value.contains("must_understand") && value["must_understand"] == false;
    if (!ignorable) return unsupported(fmt::format("zarr.json holds \"{}\", which is not known here", key));
  }
  for (const char* key : {"shape", "data_type", "chunk_grid", "chunk_key_encoding", "fill_value", "codecs"}) {
    if (!document.contains(key)) return corrupt(fmt::format("zarr.json of an array lacks \"{}\"", key));
  }
  if (const auto format = document.find("zarr_format"); format == document.end() || *format != 3) {
    return unsupported(fmt::format("zarr_format {} (only 3)", format == document.end() ? "missing" : shown(*format)));
  }
  if (const auto type = document.find("node_type"); type == document.end() || *type != "array") {
    return corrupt(
        fmt::format("node_type must be \"array\", found {}", type == document.end() ? "nothing" : shown(*type)));
  }
  const auto transformers = document.find("storage_transformers");
  if (transformers != document.end() && !transformers->empty()) {
    return unsupported(fmt::format("storage transformers {}", shown(*transformers)));
  }
  return {};
}

Result<std::vector<Codec>> parse_codecs(const Json& value) {
  if (!value.is_array() || value.empty()) {
    return corrupt(fmt::format("codecs must be a list of at least one, found {}", shown(value)));
  }
  std::vector<Codec> codecs;
  for (const auto& item : value) {
    VDP_ASSIGN(Codec codec, parse_extension(item, "codec"));
    codecs.push_back(std::move(codec));
  }
  return codecs;
}

}  // namespace

bool same_codec(const Codec& a, const Codec& b) {
  return a.name == b.name && same_json(a.configuration, b.configuration);
}

Shape ArrayMetadata::grid_shape() const {
  Shape grid;
  grid.reserve(shape.size());
  for (std::size_t i = 0; i < shape.size(); ++i) grid.push_back(divide_up(shape[i], chunk_shape[i]));
  return grid;
}

std::optional<std::size_t> ArrayMetadata::dimension(const std::string& name) const {
  const auto found = std::ranges::find(dimension_names, std::optional(name));
  if (found == dimension_names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - dimension_names.begin());
}

Json to_json(const ArrayMetadata& metadata) {
  Json document;
  document["zarr_format"] = 3;
  document["node_type"] = "array";
  document["shape"] = metadata.shape;
  document["data_type"] = to_json(metadata.data_type);
  document["chunk_grid"] = {{"name", "regular"}, {"configuration", {{"chunk_shape", metadata.chunk_shape}}}};
  document["chunk_key_encoding"] = {{"name", "default"}, {"configuration", {{"separator", "/"}}}};
  document["fill_value"] = metadata.fill_value;
  document["codecs"] = Json::array();
  for (const auto& codec : metadata.codecs) document["codecs"].push_back(to_json(codec));
  document["attributes"] = metadata.attributes;
  if (!metadata.dimension_names.empty()) {
    Json names = Json::array();
    for (const auto& name : metadata.dimension_names) names.push_back(name ? Json(*name) : Json(nullptr));
    document["dimension_names"] = std::move(names);
  }
  document["storage_transformers"] = Json::array();
  replace_non_finite(document);
  return document;
}

std::string zarr_json(const ArrayMetadata& metadata) { return dump(to_json(metadata)); }

std::string zarr_json_group(const Json& attributes) {
  Json document{{"zarr_format", 3}, {"node_type", "group"}, {"attributes", attributes}};
  replace_non_finite(document);
  return dump(document);
}

Result<ArrayMetadata> parse_array_metadata(const Json& document) {
  if (!document.is_object()) return corrupt(fmt::format("zarr.json must be an object, found {}", shown(document)));
  VDP_TRY(check_keys(document));
  ArrayMetadata metadata;
  VDP_ASSIGN(metadata.shape, parse_shape(document["shape"], "shape", 0));
  VDP_ASSIGN(metadata.data_type, parse_data_type(document["data_type"]));
  VDP_ASSIGN(metadata.chunk_shape, parse_chunk_grid(document["chunk_grid"]));
  if (metadata.chunk_shape.size() != metadata.shape.size()) {
    return corrupt(
        fmt::format("chunk_shape has {} dimensions, shape {}", metadata.chunk_shape.size(), metadata.rank()));
  }
  VDP_TRY(check_chunk_key_encoding(document["chunk_key_encoding"]));
  metadata.fill_value = document["fill_value"];
  VDP_TRY(fill_element(metadata.data_type, metadata.fill_value));
  VDP_ASSIGN(metadata.codecs, parse_codecs(document["codecs"]));
  const auto names = document.find("dimension_names");
  if (names != document.end()) {
    VDP_ASSIGN(metadata.dimension_names, parse_dimension_names(*names, metadata.rank()));
  }
  if (const auto attributes = document.find("attributes"); attributes != document.end()) {
    if (!attributes->is_object()) return corrupt("attributes must be an object");
    metadata.attributes = *attributes;
  }
  return metadata;
}

}  // namespace vdp::zarr
