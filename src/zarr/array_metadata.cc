#include "zarr/array_metadata.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.h"
#include "zarr/chunk_grid.h"
#include "zarr/fill_value.h"
#include "zarr/metadata_fields.h"

namespace vdp::zarr {
namespace {

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

/// Where chunks are stored is Icechunk's matter; a key encoding that nobody knows may still mean another grid.
Status check_chunk_key_encoding(const Json& value) {
  VDP_ASSIGN(const Codec encoding, parse_extension(value, "chunk_key_encoding"));
  if (encoding.name != "default" && encoding.name != "v2") {
    return unsupported(fmt::format("chunk key encoding \"{}\"", encoding.name));
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
  VDP_TRY(check_array_keys(document));
  ArrayMetadata metadata;
  VDP_ASSIGN(metadata.shape, parse_naturals(document["shape"], "shape", 0));
  VDP_ASSIGN(metadata.data_type, parse_data_type(document["data_type"]));
  VDP_ASSIGN(const ChunkGrid grid, parse_chunk_grid(document["chunk_grid"], metadata.shape));
  const std::optional<Shape> chunk_shape = grid.regular_shape();
  if (!chunk_shape) return unsupported("chunk grid \"rectilinear\" (only \"regular\")");
  metadata.chunk_shape = *chunk_shape;
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
