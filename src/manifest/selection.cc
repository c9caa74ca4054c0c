#include "manifest/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/nearest.h"

namespace vdp {
namespace {

std::vector<std::string> variable_names(const VirtualDataset& dataset) {
  std::vector<std::string> names;
  for (const auto& [name, array] : dataset.variables) names.push_back(name);
  return names;
}

/// All findings in one error.
Status all_known(const std::vector<std::string>& names, const std::vector<std::string>& known, std::string_view what) {
  std::string findings;
  for (const auto& name : names) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const auto nearest = nearest_word(name, known);
    findings += fmt::format("{}no {} \"{}\"{}", findings.empty() ? "" : "; ", what, name,
                            nearest ? fmt::format(" (did you mean \"{}\"?)", *nearest) : "");
  }
  if (findings.empty()) return {};
  return invalid(fmt::format("{}; there are: {}", findings, fmt::join(known, ", ")));
}

std::string renamed(const std::map<std::string, std::string>& names, const std::string& name) {
  const auto found = names.find(name);
  return found == names.end() ? name : found->second;
}

Status check_renamed_dimensions(const std::string& variable, const zarr::ArrayMetadata& metadata,
                                const std::map<std::string, std::string>& names) {
  std::map<std::string, std::string> origin;
  for (const auto& dimension : metadata.dimension_names) {
    if (!dimension) continue;
    const auto other = origin.emplace(renamed(names, *dimension), *dimension).first;
    // A source may itself give two dimensions one name; only what renaming brings together is an error.
    if (other->second != *dimension) {
      return invalid(fmt::format("dimensions \"{}\" and \"{}\" of variable \"{}\" would both be named \"{}\"",
                                 other->second, *dimension, variable, other->first));
    }
  }
  return {};
}

}  // namespace

Status select(VirtualDataset& dataset, const std::vector<std::string>& names) {
  VDP_TRY(all_known(names, variable_names(dataset), "variable"));
  const std::set<std::string> kept(names.begin(), names.end());
  std::erase_if(dataset.variables, [&](const auto& variable) { return !kept.contains(variable.first); });
  return {};
}

Status drop(VirtualDataset& dataset, const std::vector<std::string>& names) {
  VDP_TRY(all_known(names, variable_names(dataset), "variable"));
  for (const auto& name : names) dataset.variables.erase(name);
  return {};
}

Status rename(VirtualDataset& dataset, const std::map<std::string, std::string>& names) {
  std::vector<std::string> known = variable_names(dataset);
  for (const auto& [dimension, size] : dataset.dimension_sizes()) {
    if (!dataset.variables.contains(dimension)) known.push_back(dimension);
  }
  std::vector<std::string> asked;
  for (const auto& [from, to] : names) asked.push_back(from);
  VDP_TRY(all_known(asked, known, "variable or dimension"));
  std::map<std::string, std::string> origin;
  for (const auto& [name, array] : dataset.variables) {
    VDP_TRY(check_renamed_dimensions(name, array.metadata, names));
    const auto [other, is_new] = origin.emplace(renamed(names, name), name);
    if (!is_new) {
      return invalid(
          fmt::format("variables \"{}\" and \"{}\" would both be named \"{}\"", other->second, name, other->first));
    }
  }
  std::map<std::string, VirtualArray> variables;
  for (auto& [name, array] : dataset.variables) {
    for (auto& dimension : array.metadata.dimension_names) {
      if (dimension) dimension = renamed(names, *dimension);
    }
    variables.emplace(renamed(names, name), std::move(array));
  }
  dataset.variables = std::move(variables);
  return {};
}

}  // namespace vdp
