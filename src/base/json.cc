#include "base/json.h"

#include <fmt/format.h>

#include <cmath>

namespace vdp {
namespace {

constexpr int max_depth = 200;

/// nlohmann's parser does not recurse, but its users do: depth is bounded before anything is built.
bool too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > max_depth) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

nlohmann::json sorted(const Json& value) {
  if (value.is_object()) {
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [key, item] : value.items()) object[key] = sorted(item);
    return object;
  }
  if (value.is_array()) {
    nlohmann::json array = nlohmann::json::array();
    for (const auto& item : value) array.push_back(sorted(item));
    return array;
  }
  return nlohmann::json(value);
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  if (too_deep(text)) return corrupt(fmt::format("JSON nested deeper than {}", max_depth));
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return corrupt(fmt::format("no valid JSON: \"{}\"", text.substr(0, 60)));
  return value;
}

bool same_json(const Json& a, const Json& b) {
  if (a.is_number_float() && b.is_number_float()) {
    const double x = a.get<double>();
    const double y = b.get<double>();
    return x == y || (std::isnan(x) && std::isnan(y));
  }
  if (a.is_object() && b.is_object()) {
    if (a.size() != b.size()) return false;
    for (const auto& [key, value] : a.items()) {
      const auto other = b.find(key);
      if (other == b.end() || !same_json(value, *other)) return false;
    }
    return true;
  }
  if (a.is_array() && b.is_array()) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!same_json(a[i], b[i])) return false;
    }
    return true;
  }
  return a == b;
}

std::string dump_sorted(const Json& value, int indent) {
  return sorted(value).dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::size_t replace_non_finite(Json& value) {
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::isfinite(number)) return 0;
    value = std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
    return 1;
  }
  std::size_t replaced = 0;
  if (value.is_structured()) {
    for (auto& item : value) replaced += replace_non_finite(item);
  }
  return replaced;
}

}  // namespace vdp
