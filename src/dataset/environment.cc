#include "dataset/environment.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "dataset/text_scanner.h"

namespace vdp::dataset {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

Result<std::map<std::string, std::string>> parse_env_file(std::string_view text) {
  std::map<std::string, std::string> values;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string_view content = trimmed(line);
    if (content.empty() || content.starts_with('#')) continue;
    TextScanner scanner(content);
    if (scanner.take("export ")) scanner.take_spaces();
    const std::string name(scanner.take_identifier());
    scanner.take_spaces();
    // The value may be a secret, so that the message does not show it.
    if (name.empty() || !scanner.take('=')) return invalid(fmt::format("line {}: expected NAME=VALUE", number));
    values[name] = unquoted(trimmed(scanner.rest()));
  }
  return values;
}

Result<EnvironmentLookup> with_env_file(const EnvironmentLookup& environment, const std::string& folder) {
  std::ifstream file(folder + ".env");
  if (!file) return environment;
  std::ostringstream text;
  text << file.rdbuf();
  VDP_ASSIGN_IN(folder + ".env", const auto values, parse_env_file(text.str()));
  return [environment, values](const std::string& name) -> std::optional<std::string> {
    if (auto value = environment(name)) return value;
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

}  // namespace vdp::dataset
