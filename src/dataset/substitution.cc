#include "dataset/substitution.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "dataset/text_scanner.h"

namespace vdp::dataset {
namespace {

std::string names_of(const Params& params) {
  std::string names;
  for (const auto& [name, value] : params) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "there are none" : "there are " + names;
}

// What stands for a reference at the front of `scanner` (behind its '$'), or nothing where it is none.
std::string take_name(TextScanner& scanner) {
  TextScanner attempt = scanner;
  const bool braced = attempt.take('{');
  const std::string name(attempt.take_identifier());
  if (name.empty() || (braced && !attempt.take('}'))) return {};
  scanner = attempt;
  return name;
}

// The name of "{name}" at the front of `scanner`, or nothing.
std::string take_braced_name(TextScanner& scanner) {
  TextScanner attempt = scanner;
  if (!attempt.take('{')) return {};
  const std::string name(attempt.take_identifier());
  if (name.empty() || !attempt.take('}')) return {};
  scanner = attempt;
  return name;
}

std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return text;
  if (const auto number = node.value_exact<std::int64_t>()) return fmt::format("{}", *number);
  return std::nullopt;
}

}  // namespace

Result<std::string> Substitution::apply(std::string_view text, Braces braces) const {
  std::string result;
  TextScanner scanner(text);
  while (!scanner.done()) {
    if (scanner.take("$$")) {
      result += '$';
    } else if (scanner.take('$')) {
      const std::string name = take_name(scanner);
      const auto value = name.empty() ? std::optional<std::string>("$") : environment_(name);
      if (!value) return invalid(fmt::format("${} is set neither in the environment nor in .env", name));
      result += *value;
    } else if (const std::string name = take_braced_name(scanner); !name.empty()) {
      const auto param = params_.find(name);
      if (param == params_.end() && braces == Braces::of_parameters) {
        return invalid(fmt::format("there is no parameter '{}'; {}", name, names_of(params_)));
      }
      result += param == params_.end() ? "{" + name + "}" : param->second;
    } else {
      result += scanner.rest().front();
      scanner.take(scanner.rest().front());
    }
  }
  return result;
}

void Substitution::read_params(const toml::table& document, const Params& given, Findings& findings) {
  const toml::table* section = document["params"].as_table();
  if (section != nullptr) {
    for (const auto& [name, node] : *section) read_param(std::string(name.str()), node, given, findings);
  }
  for (const auto& [name, value] : given) {
    if (section == nullptr || !section->contains(name)) {
      findings.invalid("params." + name, 0, fmt::format("'{}' was given, but the file has no such parameter", name));
    }
  }
}

void Substitution::read_param(const std::string& name, const toml::node& node, const Params& given,
                              Findings& findings) {
  const std::string key = "params." + name;
  const toml::table* table = node.as_table();
  if (table != nullptr) {
    for (const auto& [word, value] : *table) {
      if (word == "default" || word == "choices") continue;
      findings.add(Finding::Kind::unknown_key, join_key(key, word.str()), line_of(value),
                   "unknown key; a parameter has default and choices");
    }
  }
  const toml::node* fallback = table == nullptr ? &node : table->get("default");
  std::optional<std::string> value = fallback == nullptr ? std::nullopt : scalar_text(*fallback);
  if (fallback != nullptr && !value) {
    return findings.invalid(key, line_of(node), fmt::format("found {}, expected a text", name_of_type(*fallback)));
  }
  if (const auto own = given.find(name); own != given.end()) value = own->second;
  if (!value)
    return findings.invalid(key, line_of(node), fmt::format("no value and no default; give -D {}=VALUE", name));
  define(name, *value, line_of(node), findings);
  const toml::node* choices = table == nullptr ? nullptr : table->get("choices");
  if (choices != nullptr) read_choices(name, *choices, *value, findings);
}

void Substitution::read_choices(const std::string& name, const toml::node& choices, const std::string& value,
                                Findings& findings) {
  const std::string key = "params." + name;
  std::vector<std::string> known;
  const toml::table* derived = nullptr;
  if (const toml::array* list = choices.as_array()) {
    for (const auto& item : *list) known.push_back(scalar_text(item).value_or(""));
  } else if (const toml::table* table = choices.as_table()) {
    for (const auto& [choice, node] : *table) known.emplace_back(choice.str());
    derived = (*table)[value].as_table();
  } else {
    return findings.invalid(key + ".choices", line_of(choices), "expected a list of texts, or a table by choice");
  }
  if (std::ranges::find(known, value) == known.end()) {
    return findings.invalid(key, line_of(choices),
                            fmt::format("found '{}', expected one of {}", value, fmt::join(known, ", ")));
  }
  if (derived == nullptr) return;
  for (const auto& [derived_name, node] : *derived) {
    const auto text = scalar_text(node);
    if (!text) {
      findings.invalid(key, line_of(node),
                       fmt::format("{}: found {}, expected a text or a whole number", std::string(derived_name.str()),
                                   name_of_type(node)));
      continue;
    }
    define(std::string(derived_name.str()), *text, line_of(node), findings);
  }
}

void Substitution::define(const std::string& name, std::string value, std::uint32_t line, Findings& findings) {
  auto substituted = apply(value, Braces::of_patterns);
  if (!substituted) return findings.invalid("params." + name, line, substituted.error().text());
  const auto [known, is_new] = params_.emplace(name, std::move(*substituted));
  if (!is_new) findings.invalid("params." + name, line, fmt::format("parameter '{}' has two values", name));
}

void Substitution::apply_to(toml::table& document, Findings& findings) const {
  for (auto&& [key, node] : document) {
    if (key != "params") apply_to_node(std::string(key.str()), node, findings);
  }
}

// The parser bounds the depth of a document.
void Substitution::apply_to_node(const std::string& key, toml::node& node, Findings& findings) const {
  if (auto* text = node.as_string()) {
    const bool has_fields = key == "source.pattern" || key == "source.catalog" || key == "source.exclude";
    auto result = apply(text->get(), has_fields ? Braces::of_patterns : Braces::of_parameters);
    if (result) {
      text->get() = std::move(*result);
    } else {
      findings.invalid(key, line_of(node), result.error().text());
    }
  } else if (auto* table = node.as_table()) {
    for (auto&& [name, child] : *table) apply_to_node(join_key(key, name.str()), child, findings);
  } else if (auto* list = node.as_array()) {
    for (auto&& child : *list) apply_to_node(key, child, findings);
  }
}

}  // namespace vdp::dataset
