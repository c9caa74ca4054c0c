#include "dataset/draft.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "base/checked.h"
#include "base/json_field.h"
#include "base/nearest.h"
#include "manifest/reshape.h"
#include "zarr/codec_pipeline.h"

namespace vdp::dataset {
namespace {

/// Below this a variable may be decoded and stored natively where its chunks do not fit.
constexpr std::uint64_t small_variable_bytes = 64 * 1024;
/// Decoded chunks along the axis aim at this size: rewritten once a batch.
constexpr std::uint64_t native_chunk_bytes = 32 * 1024;

std::uint64_t element_bytes(const zarr::DataType& type) { return std::max<std::uint64_t>(type.size_bytes, 1); }

/// Bytes of one step along the axis; saturates.
std::uint64_t row_bytes(const zarr::ArrayMetadata& metadata, std::size_t axis_dimension) {
  zarr::Shape lengths = metadata.shape;
  lengths[axis_dimension] = element_bytes(metadata.data_type);
  return std::max<std::uint64_t>(1, checked_product(lengths).value_or(UINT64_MAX));
}

/// Names that some variable's `coordinates` attribute lists: they are coordinates (CF, chapter 5).
std::set<std::string> coordinate_names(const VirtualDataset& seed) {
  std::set<std::string> names;
  for (const auto& [variable, array] : seed.variables) {
    std::istringstream list(text_field(array.metadata.attributes, "coordinates"));
    for (std::string name; list >> name;) names.insert(name);
  }
  return names;
}

bool lists(const std::optional<std::vector<std::string>>& names, const std::string& name) {
  return names && std::ranges::find(*names, name) != names->end();
}

bool is_all_inlined(const ChunkManifest& manifest) {
  bool inlined = true;
  manifest.for_each([&](const ChunkManifest::Entry& entry) { inlined = inlined && entry.inlined != nullptr; });
  return inlined && manifest.size() > 0;
}

class Drafter {
 public:
  Drafter(const DatasetFile& file, const AxisSpec& axis, const AxisEncoding& encoding, const VirtualDataset& seed,
          std::uint64_t slots)
      : file_(file),
        axis_(axis),
        encoding_(encoding),
        seed_(seed),
        slots_(slots),
        coordinates_(coordinate_names(seed)) {
    if (const auto found = seed.variables.find(axis.name); found != seed.variables.end()) {
      for (const char* attribute : {"bounds", "climatology"}) {
        axis_bounds_.insert(text_field(found->second.metadata.attributes, attribute));
      }
    }
  }

  Result<Draft> draft() {
    VDP_TRY(check_names("coords.native", file_.coords.native));
    VDP_TRY(check_names("coords.static", file_.coords.static_names));
    draft_.store.axis = axis_.name;
    bool has_axis = false;
    for (const auto& [name, array] : seed_.variables) {
      VDP_ASSIGN_IN("variable " + name, auto variable, draft_variable(name, array));
      has_axis = has_axis || variable.axis_dimension.has_value();
      draft_.store.variables.emplace(name, std::move(variable));
    }
    if (!has_axis) return no_axis();
    draft_.store.variables.insert_or_assign(axis_.name, axis_variable());
    draft_.store.attributes = first_attributes(file_.attributes, seed_.attributes);
    for (const auto& [name, value] : draft_.store.attributes.items()) draft_.store.attribute_names.insert(name);
    return std::move(draft_);
  }

 private:
  Status check_names(const std::string& word, const std::optional<std::vector<std::string>>& names) const {
    std::vector<std::string> known;
    for (const auto& [name, array] : seed_.variables) known.push_back(name);
    for (const std::string& name : names.value_or(std::vector<std::string>())) {
      if (seed_.variables.contains(name)) continue;
      const auto nearest = nearest_word(name, known);
      return invalid(fmt::format("{} names \"{}\", which the file does not have{}", word, name,
                                 nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : std::string()));
    }
    return {};
  }

  Failure no_axis() const {
    std::vector<std::string> dimensions;
    for (const auto& [name, length] : seed_.dimension_sizes()) dimensions.push_back(name);
    return invalid(fmt::format("no variable has the axis dimension \"{}\" (dimensions: {}); `parse.promote` adds it",
                               axis_.name, fmt::join(dimensions, ", ")));
  }

  Result<VariableTemplate> draft_variable(const std::string& name, const VirtualArray& array) {
    VariableTemplate variable;
    variable.metadata = array.metadata;
    variable.axis_dimension = array.metadata.dimension(axis_.name);
    if (name == axis_.name && array.metadata.rank() != 1) {
      return invalid(fmt::format("the axis coordinate has {} dimensions, expected 1", array.metadata.rank()));
    }
    if (name == axis_.name) return variable;  // replaced by axis_variable()
    if (!variable.axis_dimension) {
      draft_static(name, array, variable);
      return variable;
    }
    if (lists(file_.coords.static_names, name)) {
      return invalid(fmt::format("coords.static names it, but it has the axis dimension \"{}\"", axis_.name));
    }
    draft_along_axis(name, array, variable);
    if (variable.role == Role::refs) {
      if (auto readable = zarr::check_official_readers(array.metadata); !readable) {
        return unsupported(readable.error().message + "; `coords.native` stores it decoded");
      }
    }
    return variable;
  }

  void draft_static(const std::string& name, const VirtualArray& array, VariableTemplate& variable) const {
    const bool native = lists(file_.coords.native, name) || array.metadata.rank() <= 1 ||
                        array.metadata.data_type.kind == zarr::DataType::Kind::string ||
                        is_all_inlined(array.manifest) || !zarr::check_official_readers(array.metadata);
    variable.role = native ? Role::static_native : Role::static_refs;
    if (!native) return;
    for (std::size_t i = 0; i < array.metadata.rank(); ++i) {
      variable.metadata.chunk_shape[i] = std::max<std::uint64_t>(1, array.metadata.shape[i]);
    }
    variable.metadata.codecs = zarr::native_codecs(array.metadata.data_type);
  }

  void draft_along_axis(const std::string& name, const VirtualArray& array, VariableTemplate& variable) {
    const std::size_t dimension = *variable.axis_dimension;
    variable.in_axis_units = axis_bounds_.contains(name) && text_field(array.metadata.attributes, "units").empty();
    const std::string reason = reason_to_decode(name, array, variable, dimension);
    variable.metadata.shape[dimension] = slots_;
    if (reason.empty()) {
      variable.role = Role::refs;
      if (splittable(array, dimension)) variable.metadata.chunk_shape[dimension] = 1;
      return;
    }
    draft_.notes.push_back(fmt::format("variable {} is decoded and stored natively: {}", name, reason));
    variable.role = Role::native;
    variable.metadata.chunk_shape = variable.metadata.shape;
    for (auto& edge : variable.metadata.chunk_shape) edge = std::max<std::uint64_t>(1, edge);
    variable.metadata.chunk_shape[dimension] =
        std::clamp<std::uint64_t>(native_chunk_bytes / row_bytes(array.metadata, dimension), 1, axis_.chunk);
    variable.metadata.codecs = zarr::native_codecs(array.metadata.data_type);
  }

  /// Empty where references do.
  std::string reason_to_decode(const std::string& name, const VirtualArray& array, const VariableTemplate& variable,
                               std::size_t dimension) const {
    const std::uint64_t steps = array.metadata.shape[dimension];
    const std::uint64_t edge = array.metadata.chunk_shape[dimension];
    if (lists(file_.coords.native, name)) return "coords.native names it";
    if (array.metadata.data_type.kind == zarr::DataType::Kind::string) return "its texts are of variable length";
    // Of any size: as references they would mean something else wherever a file has other units.
    if (variable.in_axis_units) return "its values are in the units of the axis";
    const auto bytes = checked_multiply(row_bytes(array.metadata, dimension), std::max<std::uint64_t>(steps, 1));
    if (!bytes || *bytes >= small_variable_bytes) return "";
    if (auto readable = zarr::check_official_readers(array.metadata); !readable) return readable.error().message;
    if (is_all_inlined(array.manifest)) return "its bytes lie in the file's header";
    if (!file_.coords.native && array.metadata.rank() == 1 && coordinates_.contains(name))
      return "it is a one-dimensional coordinate";
    if (splittable(array, dimension) || edge == 1 || (steps != 0 && steps % edge == 0)) return "";
    return fmt::format("its chunks of {} steps do not fit the grid of {} steps a file", edge, steps);
  }

  VariableTemplate axis_variable() const {
    VariableTemplate variable;
    variable.role = Role::axis;
    variable.axis_dimension = 0;
    auto& metadata = variable.metadata;
    metadata.shape = {slots_};
    metadata.chunk_shape = {axis_.chunk};
    metadata.data_type = encoding_.dtype == NumberType::int64 ? zarr::signed_integer(8) : zarr::floating(8);
    metadata.fill_value = encoding_.dtype == NumberType::int64 ? Json(0) : Json("NaN");
    metadata.codecs = zarr::native_codecs(metadata.data_type);
    metadata.dimension_names = {axis_.name};
    if (const auto found = seed_.variables.find(axis_.name); found != seed_.variables.end()) {
      metadata.attributes = found->second.metadata.attributes;
    }
    // A coordinate has no missing values, and what they were written as would be in the old units.
    for (const char* gone : {"_FillValue", "missing_value", "valid_range", "valid_min", "valid_max", "actual_range"}) {
      metadata.attributes.erase(gone);
    }
    if (!encoding_.units.empty()) metadata.attributes["units"] = encoding_.units;
    if (encoding_.time) metadata.attributes["calendar"] = to_string(encoding_.time->calendar);
    return variable;
  }

  const DatasetFile& file_;
  const AxisSpec& axis_;
  const AxisEncoding& encoding_;
  const VirtualDataset& seed_;
  std::uint64_t slots_;
  std::set<std::string> coordinates_;
  std::set<std::string> axis_bounds_;
  Draft draft_;
};

}  // namespace

Result<Draft> draft_template(const DatasetFile& file, const AxisSpec& axis, const AxisEncoding& encoding,
                             const VirtualDataset& seed, std::uint64_t slots) {
  return Drafter(file, axis, encoding, seed, slots).draft();
}

Status fit_to_grid(const Template& store, VirtualDataset& granule) {
  for (auto& [name, array] : granule.variables) {
    const auto variable = store.variables.find(name);
    if (variable == store.variables.end() || variable->second.role != Role::refs) continue;
    const auto dimension = array.metadata.dimension(store.axis);
    if (!dimension || array.metadata.rank() != variable->second.metadata.rank()) continue;  // the guards tell
    const std::uint64_t edge = variable->second.metadata.chunk_shape[*dimension];
    if (array.metadata.chunk_shape[*dimension] == edge || !splittable(array, *dimension)) continue;
    if (auto done = split(array, *dimension, edge); !done) {
      return std::unexpected(within("variable " + name, std::move(done).error()));
    }
  }
  return {};
}

std::optional<SeedCoordinate> seed_coordinate(const VirtualDataset& granule, const std::string& axis) {
  const auto found = granule.variables.find(axis);
  if (found == granule.variables.end()) return std::nullopt;
  const auto& metadata = found->second.metadata;
  return SeedCoordinate{text_field(metadata.attributes, "units"), text_field(metadata.attributes, "calendar"),
                        metadata.data_type.kind == zarr::DataType::Kind::floating};
}

}  // namespace vdp::dataset
