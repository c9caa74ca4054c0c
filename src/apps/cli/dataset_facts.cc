#include "apps/cli/dataset_facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <iterator>

#include "store/s3_location.h"

namespace vdp::cli {
namespace {

std::string_view name_of(AccessKind kind, bool is_s3) {
  switch (kind) {
    case AccessKind::automatic:
      return is_s3 ? "iam" : "anonymous";
    case AccessKind::anonymous:
      return "anonymous";
    case AccessKind::iam:
      return "iam";
    case AccessKind::earthdata:
      return "earthdata";
    case AccessKind::http_basic:
      return "http-basic";
    case AccessKind::bearer:
      return "bearer";
  }
  return "";
}

bool is_name_character(char c, bool first) {
  const bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  return is_letter || (!first && c >= '0' && c <= '9');
}

/// The names behind the '$'s of the file's text: `$NAME`, `${NAME}`.
std::vector<std::string> variables_in(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != '$') continue;
    if (text[i + 1] == '$') {
      ++i;
      continue;
    }
    const bool braced = text[i + 1] == '{';
    const std::size_t begin = i + (braced ? 2 : 1);
    std::size_t end = begin;
    while (end < text.size() && is_name_character(text[end], end == begin)) ++end;
    const bool closed = !braced || (end < text.size() && text[end] == '}');
    if (end > begin && closed) names.emplace_back(text.substr(begin, end - begin));
  }
  return names;
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Result<settings::DatasetFacts> read_dataset_facts(const std::string& path,
                                                  const dataset::EnvironmentLookup& environment) {
  const auto file = dataset::load_dataset_file(path, {}, environment);
  if (!file) {
    std::vector<std::string> lines;
    for (const dataset::Finding& finding : file.error()) lines.push_back(dataset::describe(finding));
    return invalid(fmt::format("{}", fmt::join(lines, "; ")));
  }
  const auto& source = file->source;
  const std::string scheme = source.prefix.substr(0, source.prefix.find("://"));
  const auto location = parse_s3_url(source.prefix);
  const bool grows = !file->axes.empty() && file->axes.front().kind == dataset::AxisKind::grow;
  settings::DatasetFacts facts;
  facts.facts = {{"dataset.name", file->identity.name},
                 {"source.prefix", source.prefix},
                 {"source.scheme", scheme},
                 {"source.bucket", location ? location->bucket : std::string()},
                 {"source.access", std::string(name_of(source.access.kind, scheme == "s3"))},
                 {"axis.kind", grows ? "grow" : "regular"}};
  facts.variables = variables_in(text_of_file(path));
  return facts;
}

}  // namespace vdp::cli
