#include "icechunk/repo/manifest_splitting.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "base/json.h"

namespace vdp::icechunk {
namespace {

constexpr int max_depth = 16;
constexpr std::size_t max_regex_bytes = 4096;
constexpr std::uint32_t unsplit = std::numeric_limits<std::uint32_t>::max();

/// RE2 understands what the official library's expressions are made of, and takes linear time for any of them.
Result<bool> found_in(std::string_view text, const std::string& regex) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 expression(regex, options);
  if (!expression.ok()) return invalid(fmt::format("regular expression \"{}\": {}", regex, expression.error()));
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), expression);
}

Result<bool> matches(const PathCondition& condition, std::string_view path) {
  switch (condition.kind) {
    case PathCondition::Kind::any_array:
      return true;
    case PathCondition::Kind::path_matches:
      return found_in(path, condition.regex);
    case PathCondition::Kind::name_matches:
      return found_in(path.substr(path.rfind('/') + 1), condition.regex);
    case PathCondition::Kind::all_of:
    case PathCondition::Kind::any_of:
      break;
  }
  const bool stops_at = condition.kind == PathCondition::Kind::any_of;
  for (const PathCondition& operand : condition.operands) {
    VDP_ASSIGN(const bool matched, matches(operand, path));
    if (matched == stops_at) return stops_at;
  }
  return !stops_at;
}

Result<bool> matches(const DimensionSplit& split, std::size_t axis, const std::optional<std::string>& name) {
  switch (split.kind) {
    case DimensionSplit::Kind::any:
      return true;
    case DimensionSplit::Kind::axis:
      return split.axis == axis;
    case DimensionSplit::Kind::dimension_name:
      break;
  }
  if (!name) return false;
  return found_in(*name, split.regex);
}

Failure not_a(std::string_view what, const Json& value) {
  return corrupt(fmt::format("found {}, expected {}",
                             value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 100), what));
}

Result<std::string> parse_regex(const Json& value) {
  if (!value.is_string()) return not_a("a regular expression", value);
  std::string regex = value.get<std::string>();
  if (regex.size() > max_regex_bytes) {
    return over_limit(fmt::format("a regular expression of {} bytes, at most {}", regex.size(), max_regex_bytes));
  }
  return regex;
}

Result<PathCondition> parse_path_condition(const Json& value, int depth) {
  if (depth > max_depth) return over_limit(fmt::format("conditions nested deeper than {}", max_depth));
  if (value == "any_array") return PathCondition{};
  if (!value.is_object() || value.size() != 1) return not_a("a condition on paths", value);
  const auto& [name, operand] = *value.get_ref<const Json::object_t&>().begin();
  PathCondition condition;
  if (name == "path_matches" || name == "name_matches") {
    condition.kind = name == "path_matches" ? PathCondition::Kind::path_matches : PathCondition::Kind::name_matches;
    if (!operand.is_object() || !operand.contains("regex")) return not_a("{\"regex\": ...}", operand);
    VDP_ASSIGN(condition.regex, parse_regex(operand.at("regex")));
    return condition;
  }
  if ((name != "and" && name != "or") || !operand.is_array()) return not_a("a condition on paths", value);
  condition.kind = name == "and" ? PathCondition::Kind::all_of : PathCondition::Kind::any_of;
  for (const Json& item : operand) {
    VDP_ASSIGN(PathCondition parsed, parse_path_condition(item, depth + 1));
    condition.operands.push_back(std::move(parsed));
  }
  return condition;
}

Result<DimensionSplit> parse_dimension(const Json& value) {
  if (!value.is_object() || !value.contains("condition") || !value.contains("num_chunks")) {
    return not_a("{\"condition\": ..., \"num_chunks\": n}", value);
  }
  DimensionSplit split;
  const Json& count = value.at("num_chunks");
  if (!count.is_number_integer() || count.get<std::int64_t>() < 1 || count.get<std::int64_t>() > unsplit) {
    return not_a("a number of chunks", count);
  }
  split.chunk_count = count.get<std::uint32_t>();
  const Json& condition = value.at("condition");
  if (condition == "Any") return split;
  if (!condition.is_object() || condition.size() != 1) return not_a("a condition on dimensions", condition);
  const auto& [name, operand] = *condition.get_ref<const Json::object_t&>().begin();
  if (name == "Axis" && operand.is_number_integer() && operand.get<std::int64_t>() >= 0) {
    split.kind = DimensionSplit::Kind::axis;
    split.axis = operand.get<std::uint64_t>();
  } else if (name == "DimensionName") {
    split.kind = DimensionSplit::Kind::dimension_name;
    VDP_ASSIGN(split.regex, parse_regex(operand));
  } else {
    return not_a("a condition on dimensions", condition);
  }
  return split;
}

Json path_condition_json(const PathCondition& condition) {
  switch (condition.kind) {
    case PathCondition::Kind::any_array:
      return "any_array";
    case PathCondition::Kind::path_matches:
      return {{"path_matches", {{"regex", condition.regex}}}};
    case PathCondition::Kind::name_matches:
      return {{"name_matches", {{"regex", condition.regex}}}};
    case PathCondition::Kind::all_of:
    case PathCondition::Kind::any_of:
      break;
  }
  Json operands = Json::array();
  for (const PathCondition& operand : condition.operands) operands.push_back(path_condition_json(operand));
  Json object = Json::object();
  object[condition.kind == PathCondition::Kind::all_of ? "and" : "or"] = std::move(operands);
  return object;
}

Json dimension_json(const DimensionSplit& split) {
  Json condition = "Any";
  if (split.kind == DimensionSplit::Kind::axis) condition = {{"Axis", split.axis}};
  if (split.kind == DimensionSplit::Kind::dimension_name) condition = {{"DimensionName", split.regex}};
  return {{"condition", std::move(condition)}, {"num_chunks", split.chunk_count}};
}

}  // namespace

Result<ManifestSplitting> ManifestSplitting::parse(const Json& value) {
  if (value.is_null()) return ManifestSplitting();
  const auto sizes = value.is_object() ? value.find("split_sizes") : value.end();
  if (!value.is_object() || sizes == value.end()) return not_a("{\"split_sizes\": [...]}", value);
  if (sizes->is_null()) return ManifestSplitting();
  if (!sizes->is_array()) return not_a("a list", *sizes);
  std::vector<SplitRule> rules;
  for (const Json& pair : *sizes) {
    if (!pair.is_array() || pair.size() != 2 || !pair[1].is_array()) return not_a("[condition, [...]]", pair);
    SplitRule rule;
    VDP_ASSIGN(rule.condition, parse_path_condition(pair[0], 0));
    for (const Json& item : pair[1]) {
      VDP_ASSIGN(DimensionSplit split, parse_dimension(item));
      rule.dimensions.push_back(std::move(split));
    }
    rules.push_back(std::move(rule));
  }
  return ManifestSplitting(std::move(rules));
}

Json ManifestSplitting::to_json() const {
  Json sizes = Json::array();
  for (const SplitRule& rule : rules_) {
    Json dimensions = Json::array();
    for (const DimensionSplit& split : rule.dimensions) dimensions.push_back(dimension_json(split));
    Json pair = Json::array();
    pair.push_back(path_condition_json(rule.condition));
    pair.push_back(std::move(dimensions));
    sizes.push_back(std::move(pair));
  }
  Json object = Json::object();
  object["split_sizes"] = std::move(sizes);
  return object;
}

Result<std::vector<std::uint32_t>> ManifestSplitting::cell_shape(
    std::string_view path, const std::vector<std::optional<std::string>>& dimension_names, std::size_t rank) const {
  std::vector<std::uint32_t> shape(rank, unsplit);
  std::vector<bool> decided(rank, false);
  for (const SplitRule& rule : rules_) {
    VDP_ASSIGN(const bool applies, matches(rule.condition, path));
    if (!applies) continue;
    for (std::size_t axis = 0; axis < rank; ++axis) {
      const std::optional<std::string> name = axis < dimension_names.size() ? dimension_names[axis] : std::nullopt;
      for (const DimensionSplit& split : rule.dimensions) {
        if (decided[axis]) break;
        VDP_ASSIGN(const bool matched, matches(split, axis, name));
        if (!matched) continue;
        shape[axis] = split.chunk_count;
        decided[axis] = true;
      }
    }
  }
  return shape;
}

DimensionSplit split_of_dimension(const std::string& name, std::uint32_t chunk_count) {
  return {DimensionSplit::Kind::dimension_name, 0, "^" + RE2::QuoteMeta(name) + "$", chunk_count};
}

ManifestSplitting split_along(const std::string& dimension,
                              const std::map<std::string, std::uint64_t>& refs_per_step_by_path,
                              std::uint64_t refs_per_cell) {
  // One rule for all arrays with cells of the same length.
  std::map<std::uint32_t, std::vector<std::string>> paths_by_length;
  for (const auto& [path, refs_per_step] : refs_per_step_by_path) {
    const std::uint64_t steps = divide_up(refs_per_cell, std::max<std::uint64_t>(refs_per_step, 1));
    paths_by_length[static_cast<std::uint32_t>(std::min<std::uint64_t>(steps, unsplit))].push_back(path);
  }
  std::vector<SplitRule> rules;
  for (const auto& [length, paths] : paths_by_length) {
    SplitRule rule;
    std::vector<PathCondition> conditions;
    for (const std::string& path : paths) {
      conditions.push_back({PathCondition::Kind::path_matches, "^" + RE2::QuoteMeta(path) + "$", {}});
    }
    rule.condition = conditions.size() == 1 ? conditions.front()
                                            : PathCondition{PathCondition::Kind::any_of, {}, std::move(conditions)};
    rule.dimensions.push_back(split_of_dimension(dimension, length));
    rules.push_back(std::move(rule));
  }
  return ManifestSplitting(std::move(rules));
}

}  // namespace vdp::icechunk
