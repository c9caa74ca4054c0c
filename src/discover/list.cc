#include "discover/list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "store/url.h"

namespace vdp {
namespace {

constexpr std::size_t max_examples = 5;

bool is_excluded(const dataset::SourceSpec& source, const std::string& key, const dataset::PatternFields& fields) {
  return std::ranges::any_of(source.exclude_conditions, [&](const auto& c) { return c.holds(fields); }) ||
         std::ranges::any_of(source.exclude_keys, [&](const auto& pattern) {
           return pattern.match(key).kind == dataset::PatternMatch::Kind::matched;
         });
}

// The position of the first preference that holds; their number where none does.
std::size_t rank(const dataset::SourceSpec& source, const dataset::PatternFields& fields) {
  const auto holds = [&](const dataset::Preference& p) { return fields.text_of(p.field) == p.value; };
  return static_cast<std::size_t>(std::ranges::find_if(source.prefer, holds) - source.prefer.begin());
}

void count_unused(ClassifiedKey classified, const std::string& key, Discovery& discovery) {
  switch (classified.verdict) {
    case KeyVerdict::granule:
      break;
    case KeyVerdict::excluded:
      ++discovery.excluded;
      break;
    case KeyVerdict::inconsistent:
      discovery.inconsistent.push_back({key, std::move(classified.reason)});
      break;
    case KeyVerdict::not_matching:
      ++discovery.not_matching;
      if (discovery.not_matching_examples.size() < max_examples) discovery.not_matching_examples.push_back(key);
      break;
  }
}

}  // namespace

std::string identity_of(const dataset::SourceSpec& source, const std::string& key,
                        const dataset::PatternFields& fields) {
  std::string identity;
  for (const std::string& field : source.identity) {
    identity += fmt::format("{}{}={}", identity.empty() ? "" : ";", field, fields.text_of(field));
  }
  return identity.empty() ? key : identity;
}

bool preferred(const dataset::SourceSpec& source, const FoundGranule& a, const FoundGranule& b) {
  const std::size_t rank_a = rank(source, a.fields);
  const std::size_t rank_b = rank(source, b.fields);
  if (rank_a != rank_b) return rank_a < rank_b;
  if (a.granule.last_modified_us != b.granule.last_modified_us) {
    return a.granule.last_modified_us > b.granule.last_modified_us;
  }
  return a.granule.key < b.granule.key;
}

ClassifiedKey classify(const dataset::SourceSpec& source, const ObjectInfo& object) {
  ClassifiedKey result;
  dataset::PatternMatch match = source.pattern.match(object.key);
  if (match.kind != dataset::PatternMatch::Kind::matched) {
    const bool contradicts = match.kind == dataset::PatternMatch::Kind::inconsistent;
    result.verdict = contradicts ? KeyVerdict::inconsistent : KeyVerdict::not_matching;
    result.reason = std::move(match.reason);
    return result;
  }
  if (is_excluded(source, object.key, match.fields)) {
    result.verdict = KeyVerdict::excluded;
    result.reason = "source.exclude leaves it out";
    return result;
  }
  result.verdict = KeyVerdict::granule;
  FoundGranule& found = result.found;
  found.granule = {source.prefix + encode_path(object.key), object.key, object.size, object.etag,
                   object.last_modified_us};
  found.identity = identity_of(source, object.key, match.fields);
  found.fields = std::move(match.fields);
  return result;
}

Result<Discovery> list_granules(ObjectStore& objects, const dataset::SourceSpec& source) {
  VDP_ASSIGN_IN(source.prefix, const auto listed, objects.list(source.pattern.static_prefix()));
  Discovery discovery;
  std::map<std::string, FoundGranule> winners;
  for (const ObjectInfo& object : listed) {
    ClassifiedKey classified = classify(source, object);
    if (classified.verdict != KeyVerdict::granule) {
      count_unused(std::move(classified), object.key, discovery);
      continue;
    }
    FoundGranule& found = classified.found;
    auto [known, is_new] = winners.try_emplace(found.identity, found);
    if (is_new) continue;
    if (preferred(source, found, known->second)) std::swap(found, known->second);
    discovery.duplicates.push_back(
        {found.granule.key, fmt::format("the same granule as {}", known->second.granule.key)});
  }
  for (auto& [identity, found] : winners) discovery.granules.push_back(std::move(found));
  return discovery;
}

}  // namespace vdp
