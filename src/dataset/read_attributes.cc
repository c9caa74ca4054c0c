#include <fmt/format.h>

#include <array>
#include <sstream>
#include <utility>

#include "dataset/readers.h"
#include "dataset/section.h"

namespace vdp::dataset {
namespace {

constexpr std::array<std::pair<std::string_view, AttributeRule>, 8> rule_names = {{
    {"drop", AttributeRule::drop},
    {"const", AttributeRule::constant},
    {"error", AttributeRule::constant},
    {"first", AttributeRule::first},
    {"last", AttributeRule::last},
    {"min", AttributeRule::min},
    {"max", AttributeRule::max},
    {"join", AttributeRule::join},
}};

// TOML's scalars and lists of them; the parser bounds the depth.
Json to_json(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto integer = node.value_exact<std::int64_t>()) return *integer;
  if (const auto number = node.value_exact<double>()) return *number;
  if (const auto boolean = node.value_exact<bool>()) return *boolean;
  if (const toml::array* list = node.as_array()) {
    Json items = Json::array();
    for (const auto& item : *list) items.push_back(to_json(item));
    return items;
  }
  if (const toml::table* table = node.as_table()) {
    Json object = Json::object();
    for (const auto& [name, item] : *table) object[std::string(name.str())] = to_json(item);
    return object;
  }
  std::ostringstream text;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_date<decltype(value)> || toml::is_time<decltype(value)> ||
                  toml::is_date_time<decltype(value)>) {
      text << value.get();
    }
  });
  return text.str();
}

void read_rule(Section& section, std::string_view word, AttributeRule rule, AttributePolicy& policy,
               Findings& findings) {
  for (const std::string& name : section.texts(word).value_or(std::vector<std::string>())) {
    if (name.starts_with('@')) {
      findings.not_implemented("attrs." + std::string(word), section.line(word),
                               fmt::format("the set of attributes '{}'", name));
    } else if (word == "drop") {
      policy.dropped.push_back(name);
    } else if (!policy.rules.emplace(name, rule).second) {
      section.invalid(word, fmt::format("attribute '{}' has two rules", name));
    }
  }
}

}  // namespace

void read_attributes(const toml::table& document, DatasetFile& file, Findings& findings) {
  Section section = Section::of(document, "attrs", findings);
  AttributePolicy& policy = file.attributes;
  for (const auto& [word, rule] : rule_names) {
    if (section.text("default") == word) policy.default_rule = rule;
    if (word != "error") read_rule(section, word, rule, policy, findings);
  }
  if (const toml::table* set = section.table("set")) policy.set = to_json(*set);
}

}  // namespace vdp::dataset
