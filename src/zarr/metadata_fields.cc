#include "zarr/metadata_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdp::zarr {
namespace {

/// Keys of an array's zarr.json, core specification, section "Array metadata".
constexpr auto known_keys = std::to_array<std::string_view>({"zarr_format", "node_type", "shape", "data_type",
                                                             "chunk_grid", "chunk_key_encoding", "fill_value", "codecs",
                                                             "attributes", "dimension_names", "storage_transformers"});

}  // namespace

std::string shown(const Json& value) { return dump_sorted(value, -1); }

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

Result<std::uint64_t> parse_natural(const Json& value, std::string_view what, std::uint64_t smallest) {
  // Parsed numbers are unsigned where they can be; those of a document made in memory may be signed.
  const bool natural = value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0);
  if (!natural || value.get<std::uint64_t>() < smallest) {
    return corrupt(fmt::format("{}: expected integers from {}, found {}", what, smallest, shown(value)));
  }
  return value.get<std::uint64_t>();
}

Result<Shape> parse_naturals(const Json& value, std::string_view what, std::uint64_t smallest) {
  if (!value.is_array()) return corrupt(fmt::format("{} must be a list, found {}", what, shown(value)));
  Shape shape;
  for (const auto& item : value) {
    VDP_ASSIGN(const std::uint64_t number, parse_natural(item, what, smallest));
    shape.push_back(number);
  }
  return shape;
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

Status check_array_keys(const Json& document) {
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

}  // namespace vdp::zarr
