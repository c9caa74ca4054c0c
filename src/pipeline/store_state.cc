#include "pipeline/store_state.h"

#include <fmt/format.h>

#include "base/json_field.h"
#include "pipeline/native_rows.h"
#include "pipeline/prepare.h"

namespace vdp {
namespace {

using dataset::AxisKind;
using dataset::Role;

/// The attribute of the group `_vdp` that holds the contract.
constexpr const char* contract_attribute = "vdp";

Result<dataset::Template> read_template(const std::string& group, const icechunk::Session& session, Json& contract) {
  const std::string path = provenance_group(group);
  if (!session.kind(path)) {
    return invalid(fmt::format("the store has no group {}: it was not made by this program for this dataset", path));
  }
  VDP_ASSIGN_IN(path, const Json attributes, session.attributes(path));
  contract = attributes.value(contract_attribute, Json());
  dataset::Template from_store;
  VDP_ASSIGN(from_store.attributes, session.attributes(group));
  const Json variables = contract.is_object() ? contract.value("variables", Json::object()) : Json::object();
  for (const auto& [name, json] : variables.items()) {
    const std::string array = variable_path(group, name);
    if (session.kind(array) != icechunk::NodeKind::array) continue;  // apply_contract tells
    VDP_ASSIGN_IN(array, from_store.variables[name].metadata, session.array_metadata(array));
  }
  return dataset::apply_contract(contract, std::move(from_store));
}

Result<dataset::AxisEncoding> stored_encoding(const dataset::AxisSpec& axis, const dataset::Template& store) {
  const auto& metadata = store.axis_variable().metadata;
  dataset::SeedCoordinate coordinate;
  coordinate.units = text_field(metadata.attributes, "units");
  coordinate.calendar = text_field(metadata.attributes, "calendar");
  coordinate.floating = metadata.data_type.kind == zarr::DataType::Kind::floating;
  // What the store has holds: units, calendar and type of an axis never change after its first value.
  dataset::AxisSpec spec = axis;
  spec.units.reset();
  spec.calendar.reset();
  spec.dtype = coordinate.floating ? dataset::NumberType::float64 : dataset::NumberType::int64;
  return dataset::resolve_encoding(spec, coordinate);
}

Status load_grow_axis(const std::string& path, const icechunk::Session& session, StoreState& state) {
  VDP_ASSIGN(const auto rows, read_rows(session, path, 0, state.slots));
  VDP_ASSIGN(auto values, dataset::from_elements(std::get<Bytes>(rows), state.encoding.dtype));
  VDP_ASSIGN_IN(path, state.grow, dataset::GrowAxis::create(state.store.axis, std::move(values)));
  return {};
}

/// What the dataset file computes is what the store has: another start or step would put everything at wrong slots.
Status check_regular_axis(const std::string& path, const icechunk::Session& session, const StoreState& state) {
  if (state.slots == 0) return {};
  for (const std::uint64_t slot : {std::uint64_t{0}, state.slots - 1}) {
    VDP_ASSIGN(const auto rows, read_rows(session, path, slot, slot + 1));
    VDP_ASSIGN(const auto found, dataset::from_elements(std::get<Bytes>(rows), state.encoding.dtype));
    VDP_ASSIGN_IN(path, const auto expected, state.regular->values(slot, slot + 1));
    if (found == expected) continue;
    const std::string& axis = state.store.axis;
    return invalid(fmt::format(
        "{}: slot {} is {}, and {} by the dataset file; `axis.{}.start` and `step` of a store hold", path, slot,
        dataset::describe(found[0], *state.encoding.time), dataset::describe(expected[0], *state.encoding.time), axis));
  }
  return {};
}

/// Whether a key alone tells the slots of its granule, and always did.
bool is_placed_by_key(const dataset::DatasetFile& file, const dataset::AxisSpec& axis, const StoreState& state) {
  const bool asks_for_the_last =
      file.forward.gap == dataset::GapPolicy::refuse || file.forward.late == dataset::LatePolicy::reject;
  return state.regular && axis.from == dataset::AxisSource::pattern && !asks_for_the_last &&
         state.pattern == file.source.pattern.text();
}

/// Each group on the way to `path`, the root first.
Status make_groups(const std::string& path, icechunk::Session& session) {
  if (!session.kind("/")) VDP_TRY(session.set_group("/", zarr::zarr_json_group(Json::object())));
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    if (!session.kind(parent)) VDP_TRY(session.set_group(parent, zarr::zarr_json_group(Json::object())));
  }
  return {};
}

Status write_static(const std::string& name, const dataset::VariableTemplate& variable, const PreparedGranule& seed,
                    const std::string& path, icechunk::Session& session) {
  const zarr::Shape origin(variable.metadata.rank(), 0);
  if (variable.role == Role::static_refs) {
    return session.set_refs(path, seed.dataset.variables.at(name).manifest, origin);
  }
  for (const std::uint64_t length : variable.metadata.shape) {
    if (length == 0) return {};
  }
  VDP_ASSIGN_IN(path, auto encoded, encode_values(variable.metadata, seed.values.at(name)));
  return session.set_chunk(path, origin, std::move(encoded));
}

}  // namespace

std::string variable_path(const std::string& group, const std::string& variable) {
  return group == "/" ? "/" + variable : group + "/" + variable;
}

Result<StoreState> load_store_contract(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                                       const icechunk::Session& session) {
  StoreState state;
  Json contract;
  VDP_ASSIGN(state.store, read_template(file.identity.group, session, contract));
  if (state.store.axis != axis.name) {
    return invalid(
        fmt::format("the store's axis is \"{}\", the dataset file's is \"{}\"", state.store.axis, axis.name));
  }
  state.seed_uri = text_field(contract, "seed");
  state.pattern = text_field(contract, "pattern");
  VDP_ASSIGN(state.encoding, stored_encoding(axis, state.store));
  state.slots = state.store.axis_variable().metadata.shape.at(0);
  if (axis.kind != AxisKind::regular) return state;
  if (!state.encoding.time) return invalid(fmt::format("{} has no time units, and the axis is regular", axis.name));
  VDP_ASSIGN(state.regular, dataset::RegularAxis::create(axis, *state.encoding.time, state.encoding.dtype));
  return state;
}

Result<StoreState> load_store_state(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                                    const icechunk::Session& session, RecordsRead records) {
  VDP_ASSIGN(StoreState state, load_store_contract(file, axis, session));
  const std::string path = variable_path(file.identity.group, axis.name);
  VDP_TRY(state.regular ? check_regular_axis(path, session, state) : load_grow_axis(path, session, state));
  const bool by_key = records == RecordsRead::as_needed && is_placed_by_key(file, axis, state);
  if (by_key || records == RecordsRead::by_slot) {
    state.provenance = Provenance::unread();
  } else {
    VDP_ASSIGN(state.provenance, Provenance::load(session, file.identity.group));
  }
  if (state.grow) {
    VDP_ASSIGN(state.ledger, LateLedger::load(session, file.identity.group));
  }
  return state;
}

Status write_group_attributes(const std::string& group, const dataset::Template& store, icechunk::Session& session) {
  Json attributes = store.attributes;
  attributes.update(store.foreign_attributes);
  VDP_ASSIGN(const Json stored, session.attributes(group));
  if (!same_json(stored, attributes)) VDP_TRY(session.set_group(group, zarr::zarr_json_group(attributes)));
  const std::string path = provenance_group(group);
  VDP_ASSIGN(Json contract, session.attributes(path));
  const Json names = store.attribute_names;
  if (same_json(contract[contract_attribute]["attributes"], names)) return {};
  contract[contract_attribute]["attributes"] = names;
  return session.set_group(path, zarr::zarr_json_group(contract));
}

Status write_template(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                      const dataset::AxisEncoding& encoding, const dataset::Template& store,
                      const PreparedGranule& seed, icechunk::Session& session) {
  const std::string& group = file.identity.group;
  const std::uint64_t slots = store.axis_variable().metadata.shape.at(0);
  VDP_TRY(make_groups(group, session));
  VDP_TRY(session.set_group(group, zarr::zarr_json_group(store.attributes)));
  for (const auto& [name, variable] : store.variables) {
    const std::string path = variable_path(group, name);
    VDP_TRY(session.set_array(path, variable.metadata));
    if (is_static(variable.role)) VDP_TRY(write_static(name, variable, seed, path, session));
  }
  Json contract = dataset::contract_json(store);
  contract["dataset"] = file.identity.name;
  contract["seed"] = seed.granule.uri;
  contract["pattern"] = file.source.pattern.text();
  VDP_TRY(session.set_group(provenance_group(group), zarr::zarr_json_group({{contract_attribute, contract}})));
  VDP_TRY(session.set_array(provenance_array(group), provenance_metadata(axis.name, slots)));
  if (slots == 0) return {};
  VDP_ASSIGN(const auto regular, dataset::RegularAxis::create(axis, *encoding.time, encoding.dtype));
  VDP_ASSIGN(const auto values, regular.values(0, slots));
  VDP_ASSIGN(NativeValues elements, dataset::to_elements(values, encoding.dtype));
  return write_rows(session, variable_path(group, axis.name), 0, {{0, slots, std::move(elements)}});
}

}  // namespace vdp
