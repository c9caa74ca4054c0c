#include "apps/cli/scaffold/dataset_scaffold.h"

#include <map>
#include <optional>

#include "dataset/dataset_file.h"
#include "dataset/pattern.h"

namespace vdp::cli {
namespace {

/// A basic string of TOML 1.0. Control characters have no place in URLs and patterns, and are left to the check.
std::string toml_string(std::string_view text) {
  std::string made = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') made += '\\';
    made += c;
  }
  return made + '"';
}

std::string axis_name(const dataset::Pattern& pattern) {
  std::optional<std::string> only;
  for (const auto& [name, kind] : pattern.fields()) {
    if (kind != dataset::FieldKind::time) continue;
    if (only) return "time";
    only = name;
  }
  return only.value_or("time");
}

std::string filled(std::string_view text, const std::map<std::string, std::string>& fields) {
  std::string made;
  while (!text.empty()) {
    const auto begin = text.find('@');
    const auto end = begin == std::string_view::npos ? begin : text.find('@', begin + 1);
    if (end == std::string_view::npos) return made.append(text);
    made.append(text.substr(0, begin)).append(fields.at(std::string(text.substr(begin + 1, end - begin - 1))));
    text.remove_prefix(end + 1);
  }
  return made;
}

/// Variables that are set later are taken for set.
std::optional<std::string> any_environment(const std::string& name) {
  return dataset::process_environment(name).value_or("set-later");
}

}  // namespace

Result<std::string> dataset_scaffold(const DatasetDraft& draft) {
  // A {parameter} of [params] looks like a field, so the pattern is taken as it will be read.
  VDP_ASSIGN_IN("pattern", const auto pattern, dataset::Pattern::compile(draft.pattern));
  const std::map<std::string, std::string> fields = {{"name", draft.name},
                                                     {"prefix", toml_string(draft.prefix)},
                                                     {"pattern", toml_string(draft.pattern)},
                                                     {"group", toml_string(draft.group)},
                                                     {"axis", draft.axis.empty() ? axis_name(pattern) : draft.axis}};
  auto text = filled(dataset_template, fields);
  const auto loaded = dataset::parse_dataset_file(text, "/dataset.toml", {}, any_environment);
  if (!loaded) return std::unexpected(dataset::to_error("the new dataset file", loaded.error()));
  return text;
}

}  // namespace vdp::cli
