#include "apps/cli/scaffold/processor_scaffold.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace vdp::cli {
namespace {

constexpr std::string_view sample = "sample";

/// one_word -> OneWord
std::string in_pascal_case(const std::string& identifier) {
  std::string made;
  bool starts_word = true;
  for (const char c : identifier) {
    if (c != '_') made += starts_word ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    starts_word = c == '_';
  }
  return made;
}

void replace_all(std::string& text, std::string_view old, std::string_view replacement) {
  for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + replacement.size())) {
    text.replace(at, old.size(), replacement);
  }
}

/// Paths and texts have the name as it is, code has the identifier that it makes.
std::string renamed(std::string text, const std::string& name) {
  replace_all(text, "processors/sample/", "processors/\x01/");
  replace_all(text, "\"sample\"", "\"\x01\"");
  replace_all(text, "TEST_PREFIX sample.", "TEST_PREFIX \x01.");
  const std::string identifier = processor_identifier(name);
  replace_all(text, "Sample", in_pascal_case(identifier));
  replace_all(text, sample, identifier);
  replace_all(text, "\x01", name);
  return text;
}

}  // namespace

std::string processor_identifier(const std::string& name) {
  std::string identifier = name;
  std::ranges::replace(identifier, '-', '_');
  return identifier;
}

Result<NewFiles> processor_scaffold(const std::string& processors, const std::string& name) {
  namespace fs = std::filesystem;
  if (name == "dataset" || name == sample) return invalid(fmt::format("there is a processor \"{}\" already", name));
  const fs::path source = fs::path(processors) / sample;
  std::error_code error;
  if (!fs::is_regular_file(source / "CMakeLists.txt", error)) {
    return not_found(
        fmt::format("no {} here: a processor is made from the sample, in the folder of a clone of the repository",
                    source.string()));
  }
  NewFiles files;
  for (const auto& entry : fs::directory_iterator(source, error)) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return fail(ErrorKind::denied, fmt::format("{} cannot be read", entry.path().string()));
    const auto target = fs::path(processors) / name / renamed(entry.path().filename().string(), name);
    files[target.string()] = renamed(text.str(), name);
  }
  if (error) return fail(ErrorKind::denied, fmt::format("{} cannot be listed: {}", source.string(), error.message()));
  return files;
}

}  // namespace vdp::cli
