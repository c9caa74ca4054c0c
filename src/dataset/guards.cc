#include "dataset/guards.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace vdp::dataset {
namespace {

constexpr std::array<std::string_view, 11> meaning_attributes = {
    "scale_factor", "add_offset",  "_FillValue", "missing_value", "_Unsigned", "units",
    "calendar",     "flag_values", "flag_masks", "flag_meanings", "positive"};
constexpr std::array<std::string_view, 2> texts_for_people = {"long_name", "comment"};

/// All that such a variable says, it says in its attributes (CF, section 5.6; crs_wkt and spatial_ref are GDAL's).
bool is_grid_mapping(const Json& attributes) {
  return attributes.contains("grid_mapping_name") || attributes.contains("crs_wkt") ||
         attributes.contains("spatial_ref");
}

std::string describe_attribute(const Json* value) { return value == nullptr ? "none" : value->dump(); }

std::string describe_dimensions(const zarr::ArrayMetadata& metadata) {
  std::vector<std::string> names;
  for (const auto& name : metadata.dimension_names) names.push_back(name.value_or("?"));
  return fmt::format("({})", fmt::join(names, ", "));
}

std::string describe_codecs(const std::vector<zarr::Codec>& codecs) {
  std::vector<std::string> texts;
  for (const auto& codec : codecs) texts.push_back(codec.name + codec.configuration.dump());
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

/// What only the encoder needs to know.
Json decoding_configuration(const zarr::Codec& codec) {
  Json configuration = codec.configuration;
  if (configuration.is_object()) {
    configuration.erase("level");
    if (codec.name == "zstd" || codec.name == "numcodecs.zstd") configuration.erase("checksum");
  }
  return configuration;
}

/// Collects the mismatches of one variable.
class VariableGuard {
 public:
  VariableGuard(const std::string& name, const VariableTemplate& expected, const zarr::ArrayMetadata& found,
                std::vector<Mismatch>& mismatches)
      : name_(name), expected_(expected), found_(found), mismatches_(mismatches) {}

  void check() {
    check_type();
    if (!check_dimensions()) return;
    check_lengths();
    check_attributes();
    if (expected_.role == Role::refs || expected_.role == Role::static_refs) check_encoding();
  }

 private:
  void add(std::string what, std::string found, std::string expected, std::string remedy = "") {
    mismatches_.push_back({name_, std::move(what), std::move(found), std::move(expected), std::move(remedy)});
  }

  void check_type() {
    // Axis values are converted exactly or refused, whatever type a file keeps them in.
    if (expected_.role == Role::axis || found_.data_type == expected_.metadata.data_type) return;
    add("data type", zarr::describe(found_.data_type), zarr::describe(expected_.metadata.data_type));
  }

  bool check_dimensions() {
    if (found_.dimension_names == expected_.metadata.dimension_names) return true;
    add("dimensions", describe_dimensions(found_), describe_dimensions(expected_.metadata));
    return false;
  }

  void check_lengths() {
    for (std::size_t i = 0; i < found_.rank(); ++i) {
      if (expected_.axis_dimension == i || found_.shape[i] == expected_.metadata.shape[i]) continue;
      add(fmt::format("length of dimension {}", found_.dimension_names[i].value_or(std::to_string(i))),
          std::to_string(found_.shape[i]), std::to_string(expected_.metadata.shape[i]));
    }
  }

  void check_attributes() {
    for (const auto attribute : meaning_attributes) {
      const bool is_time_unit = attribute == "units" || attribute == "calendar";
      // The axis' own units are converted; so are those of variables that are in axis units.
      if (expected_.role == Role::axis || (expected_.in_axis_units && is_time_unit)) continue;
      compare_attribute(std::string(attribute), "the stored numbers would be read with another meaning");
    }
    if (is_grid_mapping(expected_.metadata.attributes) || is_grid_mapping(found_.attributes)) check_grid_mapping();
  }

  /// A satellite that was moved keeps its grid of angles: only these attributes tell.
  void check_grid_mapping() {
    std::set<std::string> names;
    for (const Json* attributes : {&expected_.metadata.attributes, &found_.attributes}) {
      for (const auto& [name, value] : attributes->items()) names.insert(name);
    }
    for (const std::string& name : names) {
      if (changes_meaning(name) || std::ranges::find(texts_for_people, name) != texts_for_people.end()) continue;
      compare_attribute(name, "the values would be drawn at another place of the earth");
    }
  }

  void compare_attribute(const std::string& attribute, const std::string& consequence) {
    const auto found = found_.attributes.find(attribute);
    const auto expected = expected_.metadata.attributes.find(attribute);
    const Json* found_value = found == found_.attributes.end() ? nullptr : &*found;
    const Json* expected_value = expected == expected_.metadata.attributes.end() ? nullptr : &*expected;
    if (found_value == nullptr && expected_value == nullptr) return;
    if (found_value != nullptr && expected_value != nullptr && same_json(*found_value, *expected_value)) return;
    add("attribute " + attribute, describe_attribute(found_value), describe_attribute(expected_value), consequence);
  }

  void check_encoding() {
    if (found_.chunk_shape != expected_.metadata.chunk_shape) {
      add("chunk shape", fmt::format("{}", found_.chunk_shape), fmt::format("{}", expected_.metadata.chunk_shape),
          "one array has one chunk grid");
    }
    if (!decode_alike(found_.codecs, expected_.metadata.codecs)) {
      add("codecs", describe_codecs(found_.codecs), describe_codecs(expected_.metadata.codecs));
    }
    if (!same_json(found_.fill_value, expected_.metadata.fill_value)) {
      add("fill value", found_.fill_value.dump(), expected_.metadata.fill_value.dump());
    }
  }

  const std::string& name_;
  const VariableTemplate& expected_;
  const zarr::ArrayMetadata& found_;
  std::vector<Mismatch>& mismatches_;
};

void check_proof(const std::string& name, const StaticProof& expected, const std::map<std::string, StaticProof>& proofs,
                 std::vector<Mismatch>& mismatches) {
  const auto found = proofs.find(name);
  if (found == proofs.end()) {
    mismatches.push_back({name, "values", "none that could be read", "those of the first granule", ""});
    return;
  }
  if (found->second.encoded == expected.encoded || found->second.values == expected.values) return;
  mismatches.push_back({name, "values (SHA-256)", found->second.values, expected.values,
                        "it has no axis dimension, so every file must hold the same; `parse.promote` gives it one, "
                        "`parse.drop` leaves it out"});
}

}  // namespace

bool changes_meaning(const std::string& attribute) {
  return std::ranges::find(meaning_attributes, attribute) != meaning_attributes.end();
}

bool decode_alike(const std::vector<zarr::Codec>& found, const std::vector<zarr::Codec>& expected) {
  return std::ranges::equal(found, expected, [](const zarr::Codec& a, const zarr::Codec& b) {
    return a.name == b.name && same_json(decoding_configuration(a), decoding_configuration(b));
  });
}

GuardReport compare(const Template& store, const VirtualDataset& granule,
                    const std::map<std::string, StaticProof>& proofs, MissingVariablePolicy missing) {
  GuardReport report;
  for (const auto& [name, variable] : store.variables) {
    const auto found = granule.variables.find(name);
    if (found == granule.variables.end()) {
      // An axis that comes from the key has no variable in the file.
      if (variable.role == Role::axis) continue;
      const bool may_be_filled = variable.role == Role::refs || variable.role == Role::native;
      if (may_be_filled && missing == MissingVariablePolicy::fill) {
        report.absent.push_back(name);
        report.notes.push_back(fmt::format("variable {} is missing in some files: their slots hold fill", name));
        continue;
      }
      report.mismatches.push_back({name, "variable", "none", "one, as in the store",
                                   may_be_filled ? "`checks.missing_variable` = \"fill\" does without it" : ""});
      continue;
    }
    const std::size_t before = report.mismatches.size();
    VariableGuard(name, variable, found->second.metadata, report.mismatches).check();
    if (variable.proof && report.mismatches.size() == before) {
      check_proof(name, *variable.proof, proofs, report.mismatches);
    }
  }
  for (const auto& [name, array] : granule.variables) {
    if (!store.variables.contains(name)) {
      report.notes.push_back(fmt::format("variable {} is not in the store, and was left out", name));
    }
  }
  return report;
}

bool box_is_aligned(std::uint64_t begin, std::uint64_t end, std::uint64_t chunk_edge, std::uint64_t array_length) {
  return begin % chunk_edge == 0 && (end % chunk_edge == 0 || end == array_length);
}

}  // namespace vdp::dataset
