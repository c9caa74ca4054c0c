#include "zarr/data_type.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/json.h"

namespace vdp::zarr {
namespace {

using Kind = DataType::Kind;

constexpr int max_depth = 16;  // of structures in structures

struct PlainName {
  std::string_view name;
  Kind kind;
  std::uint32_t size_bytes;
};
constexpr auto plain_names = std::to_array<PlainName>({
    {"bool", Kind::boolean, 1},
    {"int8", Kind::signed_integer, 1},
    {"int16", Kind::signed_integer, 2},
    {"int32", Kind::signed_integer, 4},
    {"int64", Kind::signed_integer, 8},
    {"uint8", Kind::unsigned_integer, 1},
    {"uint16", Kind::unsigned_integer, 2},
    {"uint32", Kind::unsigned_integer, 4},
    {"uint64", Kind::unsigned_integer, 8},
    {"float16", Kind::floating, 2},
    {"float32", Kind::floating, 4},
    {"float64", Kind::floating, 8},
    {"complex64", Kind::complex, 8},
    {"complex128", Kind::complex, 16},
    {"string", Kind::string, 0},
});
constexpr auto datetime_units =
    std::to_array<std::string_view>({"Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "generic"});

DataType of(Kind kind, std::uint32_t size_bytes) {
  DataType type;
  type.kind = kind;
  type.size_bytes = size_bytes;
  return type;
}

/// A type without parameters, by its name; null where it has none.
const PlainName* plain(const DataType& type) {
  for (const auto& candidate : plain_names) {
    if (candidate.kind == type.kind && candidate.size_bytes == type.size_bytes) return &candidate;
  }
  return nullptr;
}

Json named(std::string_view name, Json configuration) {
  return Json{{"name", name}, {"configuration", std::move(configuration)}};
}

Result<std::uint32_t> positive(const Json& configuration, const char* key) {
  const auto found = configuration.find(key);
  const bool natural = found != configuration.end() &&
                       (found->is_number_unsigned() || (found->is_number_integer() && found->get<std::int64_t>() > 0));
  if (!natural || found->get<std::uint64_t>() == 0) {
    return corrupt(fmt::format("data type: \"{}\" must be a positive integer, found {}", key,
                               found == configuration.end() ? "nothing" : dump_sorted(*found, -1)));
  }
  if (found->get<std::uint64_t>() > max_element_bytes) {
    return over_limit(
        fmt::format("data type: \"{}\" is {}, more than {}", key, dump_sorted(*found, -1), max_element_bytes));
  }
  return found->get<std::uint32_t>();
}

Result<DataType> parse_at(const Json& value, int depth);

/// "r16": the core specification's name of raw bits.
Result<DataType> parse_plain(const std::string& name) {
  for (const auto& candidate : plain_names) {
    if (candidate.name == name) return of(candidate.kind, candidate.size_bytes);
  }
  std::uint32_t bits = 0;
  const char* end = name.data() + name.size();
  if (name.size() > 1 && name[0] == 'r' && std::from_chars(name.data() + 1, end, bits).ptr == end && bits > 0 &&
      bits % 8 == 0 && bits / 8 <= max_element_bytes) {
    return raw_bytes(bits / 8);
  }
  return unsupported(fmt::format("data type \"{}\"", name));
}

/// {"name": ..., "data_type": ...}, or the pair [name, data type] that earlier versions of zarr-python wrote.
Result<Field> parse_field(const Json& value, int depth) {
  if (value.is_array() && value.size() == 2 && value[0].is_string()) {
    VDP_ASSIGN(DataType type, parse_at(value[1], depth));
    return Field{value[0].get<std::string>(), std::move(type)};
  }
  if (value.is_object() && value.contains("name") && value["name"].is_string() && value.contains("data_type")) {
    VDP_ASSIGN(DataType type, parse_at(value["data_type"], depth));
    return Field{value["name"].get<std::string>(), std::move(type)};
  }
  return corrupt(fmt::format("data type: a field has a name and a data type, found {}", dump_sorted(value, -1)));
}

Result<DataType> parse_structure(const Json& configuration, int depth) {
  const auto fields = configuration.find("fields");
  if (fields == configuration.end() || !fields->is_array() || fields->empty()) {
    return corrupt("data type: a struct has a list of fields");
  }
  if (depth >= max_depth) return over_limit(fmt::format("data type: structs nested deeper than {}", max_depth));
  DataType type = of(Kind::structure, 0);
  for (const auto& item : *fields) {
    VDP_ASSIGN(Field field, parse_field(item, depth + 1));
    if (field.type.kind == Kind::string) return unsupported("data type: a struct with a field of type \"string\"");
    type.size_bytes += field.type.size_bytes;  // both at most max_element_bytes
    if (type.size_bytes > max_element_bytes) {
      return over_limit(fmt::format("data type: a struct of more than {} bytes", max_element_bytes));
    }
    type.fields.push_back(std::move(field));
  }
  return type;
}

Result<DataType> parse_datetime(const Json& configuration) {
  DataType type = of(Kind::datetime64, 8);
  const auto unit = configuration.find("unit");
  if (unit != configuration.end() && unit->is_string()) type.unit = unit->get<std::string>();
  bool known = false;
  for (const auto& candidate : datetime_units) known = known || candidate == type.unit;
  if (!known) return corrupt(fmt::format("data type: unknown unit \"{}\" of numpy.datetime64", type.unit));
  VDP_ASSIGN(type.scale_factor, positive(configuration, "scale_factor"));
  return type;
}

Result<DataType> parse_named(const std::string& name, const Json& configuration, int depth) {
  if (name == "null_terminated_bytes" || name == "raw_bytes" || name == "fixed_length_utf32") {
    VDP_ASSIGN(const std::uint32_t size_bytes, positive(configuration, "length_bytes"));
    if (name == "null_terminated_bytes") return fixed_bytes(size_bytes);
    if (name == "raw_bytes") return raw_bytes(size_bytes);
    if (size_bytes % 4 != 0) {
      return corrupt(fmt::format("data type: fixed_length_utf32 of {} bytes, which is no multiple of 4", size_bytes));
    }
    return of(Kind::fixed_utf32, size_bytes);
  }
  if (name == "struct" || name == "structured") return parse_structure(configuration, depth);
  if (name == "numpy.datetime64") return parse_datetime(configuration);
  if (configuration.empty()) return parse_plain(name);
  return unsupported(fmt::format("data type \"{}\" with configuration {}", name, dump_sorted(configuration, -1)));
}

Result<DataType> parse_at(const Json& value, int depth) {
  if (value.is_string()) return parse_plain(value.get<std::string>());
  if (!value.is_object() || !value.contains("name") || !value["name"].is_string()) {
    return corrupt(fmt::format("data type: expected a name, found {}", dump_sorted(value, -1)));
  }
  const auto configuration = value.find("configuration");
  if (configuration == value.end()) return parse_named(value["name"].get<std::string>(), Json::object(), depth);
  if (!configuration->is_object()) return corrupt("data type: \"configuration\" must be an object");
  return parse_named(value["name"].get<std::string>(), *configuration, depth);
}

}  // namespace

bool DataType::is_numeric() const {
  return kind == Kind::signed_integer || kind == Kind::unsigned_integer || kind == Kind::floating;
}

DataType boolean() { return of(Kind::boolean, 1); }
DataType signed_integer(std::uint32_t size_bytes) { return of(Kind::signed_integer, size_bytes); }
DataType unsigned_integer(std::uint32_t size_bytes) { return of(Kind::unsigned_integer, size_bytes); }
DataType floating(std::uint32_t size_bytes) { return of(Kind::floating, size_bytes); }
DataType complex_number(std::uint32_t size_bytes) { return of(Kind::complex, size_bytes); }
DataType fixed_bytes(std::uint32_t size_bytes) { return of(Kind::fixed_bytes, size_bytes); }
DataType raw_bytes(std::uint32_t size_bytes) { return of(Kind::raw_bytes, size_bytes); }
DataType string() { return of(Kind::string, 0); }

Json to_json(const DataType& type) {
  switch (type.kind) {
    case Kind::fixed_bytes:
      return named("null_terminated_bytes", {{"length_bytes", type.size_bytes}});
    case Kind::raw_bytes:
      return named("raw_bytes", {{"length_bytes", type.size_bytes}});
    case Kind::fixed_utf32:
      return named("fixed_length_utf32", {{"length_bytes", type.size_bytes}});
    case Kind::datetime64:
      return named("numpy.datetime64", {{"unit", type.unit}, {"scale_factor", type.scale_factor}});
    case Kind::structure: {
      Json fields = Json::array();
      for (const auto& field : type.fields) {
        fields.push_back(Json{{"name", field.name}, {"data_type", to_json(field.type)}});
      }
      return named("struct", Json{{"fields", std::move(fields)}});
    }
    default:
      break;
  }
  const PlainName* found = plain(type);
  return found != nullptr ? std::string(found->name) : fmt::format("unknown[{}]", type.size_bytes);
}

Result<DataType> parse_data_type(const Json& value) { return parse_at(value, 0); }

std::string describe(const DataType& type) {
  const Json value = to_json(type);
  if (value.is_string()) return value.get<std::string>();
  const std::string name = value["name"].get<std::string>();
  if (type.kind == Kind::datetime64) return fmt::format("{}[{}{}]", name, type.scale_factor, type.unit);
  if (type.kind != Kind::structure) return fmt::format("{}[{}]", name, type.size_bytes);
  std::string fields;
  for (const auto& field : type.fields) {
    fields += fmt::format("{}{}: {}", fields.empty() ? "" : ", ", field.name, describe(field.type));
  }
  return fmt::format("struct{{{}}}", fields);
}

}  // namespace vdp::zarr
