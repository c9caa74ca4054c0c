#include "apps/settings/env_file.h"

#include <fmt/format.h>

#include <optional>

namespace vdp::settings {
namespace {

constexpr std::string_view blanks = " \t\r\n";

struct Assignment {
  std::string name;
  std::string value;
};

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_name(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && (is_letter(text[length]) || (length > 0 && is_digit(text[length])))) ++length;
  const std::string_view name = text.substr(0, length);
  text.remove_prefix(length);
  return name;
}

void skip_export(std::string_view& text) {
  constexpr std::string_view word = "export";
  if (!text.starts_with(word) || text.size() == word.size()) return;
  const char next = text[word.size()];
  if (next == ' ' || next == '\t') text = trimmed(text.substr(word.size()));
}

std::string_view without_comment(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) return trimmed(text.substr(0, i));
  }
  return trimmed(text);
}

std::optional<std::string_view> within_quotes(std::string_view text) {
  const std::size_t end = text.find(text.front(), 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view rest = trimmed(text.substr(end + 1));
  if (!rest.empty() && !rest.starts_with('#')) return std::nullopt;
  return text.substr(1, end - 1);
}

std::optional<Assignment> read_assignment(std::string_view text) {
  skip_export(text);
  const std::string_view name = take_name(text);
  text = trimmed(text);
  if (name.empty() || !text.starts_with('=')) return std::nullopt;
  const std::string_view rest = trimmed(text.substr(1));
  const bool quoted = rest.starts_with('"') || rest.starts_with('\'');
  const auto value = quoted ? within_quotes(rest) : without_comment(rest);
  if (!value) return std::nullopt;
  return Assignment{std::string(name), std::string(*value)};
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

EnvFile parse_env_file(std::string_view text) {
  EnvFile file;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    auto assignment = read_assignment(line);
    if (!assignment) {
      file.findings.push_back({".env", fmt::format("line {}: expected NAME=VALUE", number)});
      continue;
    }
    const bool is_new = file.values.insert_or_assign(assignment->name, std::move(assignment->value)).second;
    if (is_new) file.names.push_back(std::move(assignment->name));
  }
  return file;
}

}  // namespace vdp::settings
