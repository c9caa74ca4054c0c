// The template of a store: which variables a dataset has and how each is kept. Made from the first granule, saved in
// the store, and what every later granule is held against.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/json.h"
#include "zarr/array_metadata.h"

namespace vdp::dataset {

/// How a variable is kept.
enum class Role {
  axis,           ///< the axis coordinate: native chunks, in the declared units
  native,         ///< has the axis dimension; decoded and written as native chunks
  refs,           ///< has the axis dimension; references into the granules
  static_native,  ///< no axis dimension; decoded and written once
  static_refs,    ///< no axis dimension; references into the first granule
};

std::string_view to_string(Role role);
Result<Role> parse_role(std::string_view text);

inline bool is_static(Role role) { return role == Role::static_native || role == Role::static_refs; }

/// What a static variable must hash to in every granule (SHA-256, hexadecimal).
struct StaticProof {
  std::string encoded;  ///< over data type, codecs, and each chunk's index and stored bytes: cheap to compare
  std::string values;   ///< over the decoded elements: compared where `encoded` differs
  bool operator==(const StaticProof&) const = default;
};

struct VariableTemplate {
  Role role = Role::refs;
  /// As in the store; along the axis the shape is what the store had when it was read.
  zarr::ArrayMetadata metadata;
  std::optional<std::size_t> axis_dimension;  ///< position of the axis among the dimensions
  std::optional<StaticProof> proof;           ///< of static variables
  /// The values are times in the axis' units although the variable does not say so (CF: bounds of a coordinate).
  bool in_axis_units = false;
};

struct Template {
  std::string axis;
  std::map<std::string, VariableTemplate> variables;
  Json attributes = Json::object();  ///< of the group, as far as they came from granules
  /// Attributes that others gave the group: kept as they are.
  Json foreign_attributes = Json::object();
  /// Names of all attributes that granules ever gave the group, the dropped ones included.
  std::set<std::string> attribute_names;

  const VariableTemplate& axis_variable() const { return variables.at(axis); }
};

/// What the store's group `_vdp` keeps of it as attribute `vdp`: roles, proofs and the names of the group's attributes;
/// the rest is the arrays' and the group's own metadata.
Json contract_json(const Template& value);
/// Puts the roles and proofs of `contract` onto a template whose variables were read from the store. Variables of the
/// store that the contract does not name are left out: others may have added them.
Result<Template> apply_contract(const Json& contract, Template from_store);

}  // namespace vdp::dataset
