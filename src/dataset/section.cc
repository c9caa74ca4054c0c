#include "dataset/section.h"

#include <fmt/format.h>

#include <sstream>

namespace vdp::dataset {
namespace {

std::optional<std::uint64_t> count_of(const toml::node& node, std::uint64_t least = 1) {
  const auto number = node.value_exact<std::int64_t>();
  if (!number || *number < 0 || static_cast<std::uint64_t>(*number) < least) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

}  // namespace

std::optional<std::vector<std::string>> texts_of(const toml::node& node) {
  const toml::array* list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const auto& item : *list) {
    const auto text = item.value_exact<std::string>();
    if (!text) return std::nullopt;
    texts.push_back(*text);
  }
  return texts;
}

const toml::table* Section::table(std::string_view key) const {
  const toml::node* found = node(key);
  return found == nullptr ? nullptr : found->as_table();
}

std::optional<std::string> Section::text(std::string_view key) const {
  const toml::node* found = node(key);
  return found == nullptr ? std::nullopt : found->value_exact<std::string>();
}

std::optional<std::vector<std::string>> Section::texts(std::string_view key) const {
  const toml::node* found = node(key);
  return found == nullptr ? std::nullopt : texts_of(*found);
}

std::optional<bool> Section::boolean(std::string_view key) const {
  const toml::node* found = node(key);
  return found == nullptr ? std::nullopt : found->value_exact<bool>();
}

std::optional<std::string> Section::time(std::string_view key) const {
  const toml::node* found = node(key);
  if (found == nullptr) return std::nullopt;
  if (const auto text = found->value_exact<std::string>()) return text;
  std::ostringstream out;
  if (const auto* date = found->as_date()) out << date->get();
  if (const auto* date_time = found->as_date_time()) out << date_time->get();
  return out.str().empty() ? std::nullopt : std::optional(out.str());
}

std::optional<std::uint64_t> Section::count(std::string_view key, std::uint64_t least) {
  const toml::node* found = node(key);
  if (found == nullptr || !found->is_integer()) return std::nullopt;
  const auto count = count_of(*found, least);
  if (!count) invalid(key, fmt::format("found {}, expected at least {}", found->as_integer()->get(), least));
  return count;
}

std::optional<Duration> Section::duration(std::string_view key) {
  const auto found = text(key);
  if (!found) return std::nullopt;
  const auto duration = parse_duration(*found);
  if (duration) return *duration;
  invalid(key, duration.error().text());
  return std::nullopt;
}

std::map<std::string, std::string> Section::text_table(std::string_view key) {
  std::map<std::string, std::string> values;
  const toml::table* found = table(key);
  if (found == nullptr) return values;
  for (const auto& [name, item] : *found) {
    if (const auto text = item.value_exact<std::string>()) {
      values.emplace(name.str(), *text);
    } else {
      findings_.invalid(join_key(name_, key) + "." + std::string(name.str()), line_of(item),
                        fmt::format("found {}, expected a text", name_of_type(item)));
    }
  }
  return values;
}

std::map<std::string, std::vector<std::string>> Section::texts_table(std::string_view key) {
  std::map<std::string, std::vector<std::string>> values;
  const toml::table* found = table(key);
  if (found == nullptr) return values;
  for (const auto& [name, item] : *found) {
    if (auto texts = texts_of(item)) {
      values.emplace(name.str(), std::move(*texts));
    } else {
      findings_.invalid(join_key(name_, key) + "." + std::string(name.str()), line_of(item),
                        fmt::format("found {}, expected a list of texts", name_of_type(item)));
    }
  }
  return values;
}

std::map<std::string, std::uint64_t> Section::count_table(std::string_view key) {
  std::map<std::string, std::uint64_t> values;
  const toml::table* found = table(key);
  if (found == nullptr) return values;
  for (const auto& [name, item] : *found) {
    if (const auto count = count_of(item)) {
      values.emplace(name.str(), *count);
    } else {
      findings_.invalid(join_key(name_, key) + "." + std::string(name.str()), line_of(item),
                        "expected a whole number of at least 1");
    }
  }
  return values;
}

void Section::invalid(std::string_view key, std::string message) {
  findings_.invalid(join_key(name_, key), line(key), std::move(message));
}

std::uint32_t Section::line(std::string_view key) const {
  if (const toml::node* found = node(key)) return line_of(*found);
  return table_ == nullptr ? 0 : line_of(*table_);
}

}  // namespace vdp::dataset
