#include "dataset/template.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/json_field.h"

namespace vdp::dataset {
namespace {

constexpr int contract_version = 1;

constexpr std::array<std::pair<Role, std::string_view>, 5> role_names = {{{Role::axis, "axis"},
                                                                          {Role::native, "native"},
                                                                          {Role::refs, "refs"},
                                                                          {Role::static_native, "static_native"},
                                                                          {Role::static_refs, "static_refs"}}};

Json variable_json(const VariableTemplate& variable) {
  Json json = {{"role", to_string(variable.role)}};
  if (variable.in_axis_units) json["in_axis_units"] = true;
  if (variable.proof) json["sha256"] = {{"encoded", variable.proof->encoded}, {"values", variable.proof->values}};
  return json;
}

Result<VariableTemplate> parse_variable(const Json& json, VariableTemplate variable, const std::string& axis) {
  if (!json.is_object() || !json.contains("role") || !json["role"].is_string()) return corrupt("no role");
  VDP_ASSIGN(variable.role, parse_role(json["role"].get<std::string>()));
  variable.in_axis_units = is_set(json, "in_axis_units");
  if (const auto proof = json.find("sha256"); proof != json.end() && proof->is_object()) {
    variable.proof = StaticProof{text_field(*proof, "encoded"), text_field(*proof, "values")};
  }
  variable.axis_dimension = variable.metadata.dimension(axis);
  if (is_static(variable.role) && !variable.proof) return corrupt("static, and without a proof");
  if (is_static(variable.role) == variable.axis_dimension.has_value()) {
    return corrupt(fmt::format("role {}, but the array {} dimension {}", to_string(variable.role),
                               variable.axis_dimension ? "has" : "does not have", axis));
  }
  return variable;
}

}  // namespace

std::string_view to_string(Role role) {
  for (const auto& [known, name] : role_names) {
    if (known == role) return name;
  }
  return "?";
}

Result<Role> parse_role(std::string_view text) {
  for (const auto& [role, name] : role_names) {
    if (name == text) return role;
  }
  return corrupt(fmt::format("unknown role \"{}\"", text));
}

Json contract_json(const Template& value) {
  Json variables = Json::object();
  for (const auto& [name, variable] : value.variables) variables[name] = variable_json(variable);
  return {{"contract", contract_version},
          {"axis", value.axis},
          {"attributes", value.attribute_names},
          {"variables", std::move(variables)}};
}

Result<Template> apply_contract(const Json& contract, Template from_store) {
  if (!contract.is_object() || contract.value("contract", Json()) != contract_version) {
    return unsupported(fmt::format("the store's template is not of version {}", contract_version));
  }
  Template result;
  result.axis = text_field(contract, "axis");
  for (const Json& name : contract.value("attributes", Json::array())) {
    if (name.is_string()) result.attribute_names.insert(name.get<std::string>());
  }
  for (auto& [name, value] : from_store.attributes.items()) {
    auto& owner = result.attribute_names.contains(name) ? result.attributes : result.foreign_attributes;
    owner[name] = std::move(value);
  }
  const auto variables = contract.find("variables");
  if (variables == contract.end() || !variables->is_object()) return corrupt("the store's template has no variables");
  for (const auto& [name, json] : variables->items()) {
    const auto found = from_store.variables.find(name);
    if (found == from_store.variables.end()) {
      return corrupt(fmt::format("variable {} of the template is not in the store", name));
    }
    VDP_ASSIGN_IN("variable " + name, auto variable, parse_variable(json, std::move(found->second), result.axis));
    result.variables.emplace(name, std::move(variable));
  }
  if (!result.variables.contains(result.axis)) return corrupt(fmt::format("no axis variable \"{}\"", result.axis));
  return result;
}

}  // namespace vdp::dataset
