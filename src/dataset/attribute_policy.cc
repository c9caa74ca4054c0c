#include "dataset/attribute_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace vdp::dataset {
namespace {

constexpr std::string_view separator = ", ";

bool decided_elsewhere(const AttributePolicy& policy, const std::string& name) {
  return policy.set.contains(name) || std::ranges::find(policy.dropped, name) != policy.dropped.end();
}

AttributeRule rule_of(const AttributePolicy& policy, const std::string& name) {
  const auto rule = policy.rules.find(name);
  return rule == policy.rules.end() ? policy.default_rule : rule->second;
}

Result<bool> less(const std::string& name, const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return a < b;
  if (a.is_string() && b.is_string()) return a.get<std::string>() < b.get<std::string>();
  return invalid(fmt::format("attribute '{}': {} and {} do not compare", name, a.dump(), b.dump()));
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// Whether `texts`, joined ones, have `text` among them.
bool has_text(const std::string& texts, const std::string& text) {
  const auto framed = [](const std::string& inner) { return std::string(separator) + inner + std::string(separator); };
  return framed(texts).find(framed(text)) != std::string::npos;
}

Json joined(const Json& stored, const Json& incoming) {
  const std::string texts = text_of(stored);
  const std::string text = text_of(incoming);
  return has_text(texts, text) ? stored : Json(texts + std::string(separator) + text);
}

// What stays of an attribute that both have, with two values; nothing: it goes.
Result<std::optional<Json>> settle(AttributeRule rule, const std::string& name, const Json& stored,
                                   const Json& incoming) {
  switch (rule) {
    case AttributeRule::drop:
      return std::nullopt;
    case AttributeRule::constant:
      return invalid(fmt::format("attribute '{}': found {}, expected {}", name, incoming.dump(), stored.dump()));
    case AttributeRule::first:
      return stored;
    case AttributeRule::last:
      return incoming;
    case AttributeRule::join:
      return joined(stored, incoming);
    case AttributeRule::min:
    case AttributeRule::max:
      break;
  }
  VDP_ASSIGN(const bool stored_is_less, less(name, stored, incoming));
  return stored_is_less == (rule == AttributeRule::min) ? stored : incoming;
}

// An attribute that only the store has: does it stay?
Result<bool> stays_alone(AttributeRule rule, const std::string& name, const Json& stored) {
  if (rule == AttributeRule::constant) {
    return invalid(fmt::format("attribute '{}': found none, expected {}", name, stored.dump()));
  }
  return rule != AttributeRule::drop;
}

// An attribute that only the file has: does it come?
Result<bool> comes_alone(AttributeRule rule, const std::string& name, const Json& incoming) {
  if (rule == AttributeRule::constant) {
    return invalid(fmt::format("attribute '{}': found {}, expected none", name, incoming.dump()));
  }
  return rule != AttributeRule::drop && rule != AttributeRule::first;
}

}  // namespace

Json first_attributes(const AttributePolicy& policy, const Json& incoming) {
  Json attributes = Json::object();
  for (const auto& [name, value] : incoming.items()) {
    if (!decided_elsewhere(policy, name)) attributes[name] = value;
  }
  for (const auto& [name, value] : policy.set.items()) attributes[name] = value;
  return attributes;
}

Result<CombinedAttributes> combine_attributes(const AttributePolicy& policy, const Json& stored, const Json& incoming) {
  CombinedAttributes combined;
  combined.attributes = Json::object();
  for (const auto& [name, value] : stored.items()) {
    if (decided_elsewhere(policy, name)) continue;
    std::optional<Json> kept = value;
    const auto other = incoming.find(name);
    if (other == incoming.end()) {
      VDP_ASSIGN(const bool stays, stays_alone(rule_of(policy, name), name, value));
      if (!stays) kept.reset();
    } else if (!same_json(value, *other)) {
      VDP_ASSIGN(kept, settle(rule_of(policy, name), name, value, *other));
    }
    if (kept) {
      combined.attributes[name] = *kept;
    } else {
      combined.dropped.push_back(name);
    }
  }
  for (const auto& [name, value] : incoming.items()) {
    if (stored.contains(name) || decided_elsewhere(policy, name)) continue;
    VDP_ASSIGN(const bool comes, comes_alone(rule_of(policy, name), name, value));
    if (comes) combined.attributes[name] = value;
  }
  for (const auto& [name, value] : policy.set.items()) combined.attributes[name] = value;
  return combined;
}

}  // namespace vdp::dataset
