#include "dataset/word_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "base/nearest.h"
#include "dataset/words.h"

namespace vdp::dataset {
namespace {

std::string value_text(const toml::node& node) {
  if (const auto text = node.value<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return fmt::format("{}", *number);
  if (const auto boolean = node.value_exact<bool>()) return *boolean ? "true" : "false";
  return {};
}

bool is_text_list(const toml::node& node) {
  const toml::array* list = node.as_array();
  if (list == nullptr) return false;
  return std::ranges::all_of(*list, [](const toml::node& item) { return item.is_string(); });
}

bool has_type(const toml::node& node, WordType type) {
  switch (type) {
    case WordType::text:
    case WordType::duration:
      return node.is_string();
    case WordType::text_list:
      return is_text_list(node);
    case WordType::integer:
      return node.is_integer();
    case WordType::boolean:
      return node.is_boolean();
    case WordType::time:
      return node.is_string() || node.is_date() || node.is_date_time();
    case WordType::table:
      return node.is_table();
  }
  return false;
}

std::string_view expected_type(WordType type) {
  switch (type) {
    case WordType::text:
      return "a text";
    case WordType::duration:
      return "a duration like \"30m\"";
    case WordType::text_list:
      return "a list of texts";
    case WordType::integer:
      return "a whole number";
    case WordType::boolean:
      return "true or false";
    case WordType::time:
      return "a time like \"2020-01-31T06:00:00Z\"";
    case WordType::table:
      return "a table";
  }
  return "";
}

std::vector<std::string> keys_of(std::string_view section) {
  std::vector<std::string> keys;
  for (const Word& word : words()) {
    if (word.section == section) keys.emplace_back(word.key);
  }
  return keys;
}

std::string_view section_with(std::string_view key) {
  for (const Word& word : words()) {
    if (word.key == key) return word.section;
  }
  return {};
}

const Choice* find_choice(const Word& word, std::string_view value) {
  const auto fits = [&](const Choice& choice) {
    return choice.value.ends_with(':') ? value.starts_with(choice.value) : value == choice.value;
  };
  const auto found = std::ranges::find_if(word.choices, fits);
  return found == word.choices.end() ? nullptr : &*found;
}

class Checker {
 public:
  explicit Checker(Findings& findings) : findings_(findings) {}

  void check_document(const toml::table& document) {
    for (const auto& [key, node] : document) {
      if (key == "axis") {
        check_axes(node);
      } else {
        check_section(std::string(key.str()), node);
      }
    }
  }

 private:
  void check_axes(const toml::node& node) {
    const toml::table* axes = node.as_table();
    if (axes == nullptr) return expected_section("axis", node);
    for (const auto& [name, axis] : *axes) {
      const std::string section = join_key("axis", name.str());
      if (axis.is_table()) {
        check_keys(section, "axis.*", *axis.as_table());
      } else if (find_word("axis.*", name.str()) != nullptr) {
        findings_.invalid(section, line_of(axis), "an axis has a name: expected [axis.NAME]");
      } else {
        expected_section(section, axis);
      }
    }
  }

  void check_section(const std::string& name, const toml::node& node) {
    const auto known = sections();
    if (std::ranges::find(known, name) == known.end()) {
      const auto nearest = nearest_word(name, known);
      findings_.add(Finding::Kind::unknown_key, name, line_of(node),
                    nearest ? fmt::format("unknown section; did you mean [{}]?", *nearest) : "unknown section");
      return;
    }
    const Word* any = find_word(name, "*");
    if (any != nullptr && any->status == WordStatus::planned) {
      return findings_.not_implemented(name, line_of(node), fmt::format("[[{}]]", name));
    }
    if (!node.is_table()) return expected_section(name, node);
    if (any == nullptr) check_keys(name, name, *node.as_table());
  }

  void check_keys(const std::string& path, std::string_view section, const toml::table& table) {
    for (const auto& [key, node] : table) {
      const Word* word = find_word(section, key.str());
      if (word == nullptr) {
        unknown_key(path, section, key.str(), line_of(node));
      } else {
        check_value(*word, join_key(path, key.str()), node);
      }
    }
  }

  void unknown_key(const std::string& path, std::string_view section, std::string_view key, std::uint32_t line) {
    std::string message = "unknown key";
    if (const auto elsewhere = section_with(key); !elsewhere.empty()) {
      message += fmt::format("; it belongs to [{}]", elsewhere);
    } else if (const auto nearest = nearest_word(key, keys_of(section))) {
      message += fmt::format("; did you mean {}?", join_key(path, *nearest));
    }
    findings_.add(Finding::Kind::unknown_key, join_key(path, key), line, message);
  }

  void check_value(const Word& word, const std::string& key, const toml::node& node) {
    const std::string text = value_text(node);
    const bool is_default = !word.default_text.empty() && text == word.default_text;
    if (word.status == WordStatus::planned) {
      if (!is_default) findings_.not_implemented(key, line_of(node), key);
      return;
    }
    if (!has_type(node, word.type)) {
      findings_.invalid(key, line_of(node),
                        fmt::format("found {}, expected {}", name_of_type(node), expected_type(word.type)));
      return;
    }
    if (!word.choices.empty()) check_choice(word, key, text, line_of(node));
  }

  void check_choice(const Word& word, const std::string& key, const std::string& value, std::uint32_t line) {
    const Choice* choice = find_choice(word, value);
    if (choice == nullptr) {
      std::vector<std::string_view> values;
      for (const Choice& known : word.choices) values.push_back(known.value);
      findings_.invalid(key, line, fmt::format("found '{}', expected one of {}", value, fmt::join(values, ", ")));
    } else if (choice->status == WordStatus::planned) {
      findings_.not_implemented(key, line, fmt::format("{} = \"{}\"", key, value));
    }
  }

  void expected_section(const std::string& name, const toml::node& node) {
    findings_.invalid(name, line_of(node), fmt::format("found {}, expected a section [{}]", name_of_type(node), name));
  }

  Findings& findings_;
};

}  // namespace

void check_words(const toml::table& document, Findings& findings) { Checker(findings).check_document(document); }

}  // namespace vdp::dataset
