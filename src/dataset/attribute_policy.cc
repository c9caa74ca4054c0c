#include "dataset/attribute_policy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

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
  return invalid(
      fmt::format("group attribute {}: found {}, expected what compares with {} (another rule of `[attrs]` "
                  "than `min` and `max` takes it)",
                  name, b.dump(), a.dump()));
}

Failure must_not_differ(const std::string& name, const std::string& found, const std::string& expected) {
  return invalid(fmt::format("group attribute {}: found {}, expected {} (another rule of `[attrs]` lets it differ)",
                             name, found, expected));
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
      return must_not_differ(name, incoming.dump(), stored.dump());
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
  if (rule == AttributeRule::constant) return must_not_differ(name, "none", stored.dump());
  return rule != AttributeRule::drop;
}

// What stays of an attribute of the store, with what the file has of that name.
Result<std::optional<Json>> settle_stored(AttributeRule rule, const std::string& name, const Json& stored,
                                          const Json& incoming) {
  const auto other = incoming.find(name);
  if (other == incoming.end()) {
    VDP_ASSIGN(const bool stays, stays_alone(rule, name, stored));
    return stays ? std::optional(stored) : std::nullopt;
  }
  if (same_json(stored, *other)) return stored;
  return settle(rule, name, stored, *other);
}

// An attribute that only the file has: does it come?
Result<bool> comes_alone(AttributeRule rule, const std::string& name, const Json& incoming) {
  if (rule == AttributeRule::constant) return must_not_differ(name, incoming.dump(), "none");
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
  std::vector<std::string> findings;
  for (const auto& [name, value] : stored.items()) {
    if (decided_elsewhere(policy, name)) continue;
    const auto kept = settle_stored(rule_of(policy, name), name, value, incoming);
    if (!kept) {
      findings.push_back(kept.error().text());
    } else if (*kept) {
      combined.attributes[name] = **kept;
    } else {
      combined.dropped.push_back(name);
    }
  }
  for (const auto& [name, value] : incoming.items()) {
    if (stored.contains(name) || decided_elsewhere(policy, name)) continue;
    const auto comes = comes_alone(rule_of(policy, name), name, value);
    if (!comes) findings.push_back(comes.error().text());
    if (comes && *comes) combined.attributes[name] = value;
  }
  if (!findings.empty()) return invalid(fmt::format("{}", fmt::join(findings, "; ")));
  for (const auto& [name, value] : policy.set.items()) combined.attributes[name] = value;
  return combined;
}

}  // namespace vdp::dataset
