#include "dataset/shape.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "manifest/reshape.h"
#include "manifest/selection.h"

namespace vdp::dataset {
namespace {

/// The name that a variable of the dataset has in the source.
std::string source_name(const ParseSpec& parse, const std::string& name) {
  for (const auto& [from, to] : parse.rename) {
    if (to == name) return from;
  }
  return name;
}

/// `select`, and what a dataset cannot do without: the axes, the coordinates of the selected variables' dimensions, and
/// what coords.* names.
std::vector<std::string> kept_names(const DatasetFile& file, const VirtualDataset& granule) {
  std::set<std::string> names(file.parse.select.begin(), file.parse.select.end());
  for (const std::string& selected : file.parse.select) {
    const auto variable = granule.variables.find(selected);
    if (variable == granule.variables.end()) continue;  // select() tells
    for (const auto& dimension : variable->second.metadata.dimension_names) {
      if (dimension && granule.variables.contains(*dimension)) names.insert(*dimension);
    }
  }
  const auto add_present = [&](const std::string& name) {
    const std::string source = source_name(file.parse, name);
    if (granule.variables.contains(source)) names.insert(source);
  };
  for (const AxisSpec& axis : file.axes) add_present(axis.name);
  for (const auto& list : {file.coords.native, file.coords.static_names}) {
    for (const std::string& name : list.value_or(std::vector<std::string>())) add_present(name);
  }
  return {names.begin(), names.end()};
}

/// Some files of an archive may lack what others have too much of: `drop` names it all the same.
std::vector<std::string> present_names(const std::vector<std::string>& names, const VirtualDataset& granule) {
  std::vector<std::string> present;
  std::ranges::copy_if(names, std::back_inserter(present),
                       [&](const std::string& name) { return granule.variables.contains(name); });
  return present;
}

Status promote_all(const ParseSpec& parse, VirtualDataset& granule) {
  for (const auto& [name, dims] : parse.promote) {
    const auto variable = granule.variables.find(name);
    if (variable == granule.variables.end()) {
      return invalid("parse.promote names \"" + name + "\", which the file does not have");
    }
    if (auto done = promote(variable->second, dims); !done) {
      return std::unexpected(within("parse.promote: variable " + name, std::move(done).error()));
    }
  }
  return {};
}

Status subchunk_all(const ParseSpec& parse, VirtualDataset& granule) {
  for (const auto& [name, wanted] : parse.subchunk) {
    const auto variable = granule.variables.find(name);
    if (variable == granule.variables.end()) {
      return invalid("parse.subchunk names \"" + name + "\", which the file does not have");
    }
    const std::string place = "parse.subchunk: variable " + name;
    const auto axis = variable->second.metadata.dimension(wanted.dimension);
    if (!axis)
      return std::unexpected(within(place, invalid("it has no dimension \"" + wanted.dimension + "\"").error()));
    if (auto done = subchunk(variable->second, *axis, wanted.edge); !done) {
      return std::unexpected(within(place, std::move(done).error()));
    }
  }
  return {};
}

bool is_nan(const Json& value) { return value.is_number_float() && std::isnan(value.get<double>()); }

void replace_non_finite_in(Json& attributes, const std::string& place, std::vector<std::string>& notes) {
  for (auto& [name, value] : attributes.items()) {
    if (replace_non_finite(value) != 0)
      notes.push_back(place + " attribute " + name + " is not finite and became a text");
  }
}

/// Hazard C17: JSON has no NaN and no infinity.
void make_storable(VirtualDataset& granule) {
  replace_non_finite_in(granule.attributes, "group", granule.notes);
  for (auto& [name, array] : granule.variables) {
    Json& attributes = array.metadata.attributes;
    if (const auto missing = attributes.find("missing_value"); missing != attributes.end() && is_nan(*missing)) {
      attributes.erase("missing_value");
    }
    replace_non_finite_in(attributes, "variable " + name + ":", granule.notes);
  }
}

/// A variable that the parser could not represent is not lost in silence: the file is refused, or does without it by
/// name.
Status check_skipped(const ParseSpec& parse, const VirtualDataset& granule) {
  std::string reasons;
  for (const SkippedObject& object : granule.skipped) {
    const std::string name = object.path.substr(object.path.rfind('/') + 1);
    const bool lost = !granule.variables.contains(name) || object.reason.starts_with("attribute _FillValue");
    const bool wanted = std::ranges::find(parse.drop, name) == parse.drop.end() &&
                        (parse.select.empty() || std::ranges::find(parse.select, name) != parse.select.end());
    if (lost && wanted) reasons += (reasons.empty() ? "" : "; ") + object.path + ": " + object.reason;
  }
  if (reasons.empty()) return {};
  return unsupported(reasons + " (`parse.drop` does without it)");
}

}  // namespace

Result<VirtualDataset> shape(const DatasetFile& file, const VirtualTree& tree) {
  const ParseSpec& parse = file.parse;
  VDP_ASSIGN(auto granule, select_group(tree, parse.group));
  VDP_TRY(check_skipped(parse, granule));
  VDP_TRY(drop(granule, present_names(parse.drop, granule)));
  if (!parse.select.empty()) VDP_TRY(select(granule, kept_names(file, granule)));
  if (!parse.rename.empty()) VDP_TRY(rename(granule, parse.rename));
  VDP_TRY(promote_all(parse, granule));
  VDP_TRY(subchunk_all(parse, granule));
  make_storable(granule);
  return granule;
}

}  // namespace vdp::dataset
