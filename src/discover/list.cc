#include "discover/list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

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

namespace {

/// In how many folders the keys of a pattern lie; nothing where that depends on the key.
std::optional<std::ptrdiff_t> folder_depth(const std::string& pattern) {
  const bool depends_on_key = pattern.find("**") != std::string::npos || pattern.find(":re:") != std::string::npos ||
                              pattern.find('|') != std::string::npos;
  if (depends_on_key) return std::nullopt;
  return std::ranges::count(pattern, '/');
}

ListScope scope_of(const dataset::SourceSpec& source) {
  ListScope scope{.prefix = source.pattern.static_prefix()};
  if (const auto depth = folder_depth(source.pattern.text())) {
    scope.wants_folder = [depth](std::string_view folder) { return std::ranges::count(folder, '/') <= *depth; };
  }
  scope.wants_key = [&source](std::string_view key) {
    return classify(source, {.key = std::string(key), .etag = {}}).verdict == KeyVerdict::granule;
  };
  return scope;
}

/// What the pages of a listing hold, one after the other.
class Finder {
 public:
  Finder(const dataset::SourceSpec& source, const Enough& enough) : source_(source), enough_(enough) {}

  bool has_enough() const { return old_enough_ >= enough_.granules; }

  void add(const ObjectInfo& object) {
    ++discovery_.listed;
    ClassifiedKey classified = classify(source_, object);
    if (classified.verdict != KeyVerdict::granule) {
      count_unused(std::move(classified), object.key, discovery_);
      return;
    }
    FoundGranule& found = classified.found;
    auto [known, is_new] = winners_.try_emplace(found.identity, found);
    if (is_new) {
      if (known->second.granule.last_modified_us <= enough_.modified_by_us) ++old_enough_;
      return;
    }
    if (preferred(source_, found, known->second)) std::swap(found, known->second);
    discovery_.duplicates.push_back(
        {found.granule.key, fmt::format("the same granule as {}", known->second.granule.key)});
  }

  Discovery finish() {
    discovery_.granules.reserve(winners_.size());
    // Each leaves the map as it enters the list, so that a million of them are not held twice.
    while (!winners_.empty()) {
      discovery_.granules.push_back(std::move(winners_.extract(winners_.begin()).mapped()));
    }
    return std::move(discovery_);
  }

 private:
  const dataset::SourceSpec& source_;
  const Enough& enough_;
  std::size_t old_enough_ = 0;
  Discovery discovery_;
  std::map<std::string, FoundGranule> winners_;  ///< by identity
};

}  // namespace

Result<Discovery> list_granules(ObjectStore& objects, const dataset::SourceSpec& source, const Enough& enough) {
  Finder finder(source, enough);
  const Status listed = objects.list_scope(scope_of(source), [&](std::vector<ObjectInfo> page) -> Status {
    for (const ObjectInfo& object : page) finder.add(object);
    // A listing is ended by an error of its visitor, and only by one.
    return finder.has_enough() ? Status(fail(ErrorKind::cancelled, "enough was found")) : Status();
  });
  if (!listed && !finder.has_enough()) return std::unexpected(listed.error());
  return finder.finish();
}

}  // namespace vdp
