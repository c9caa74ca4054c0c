// Discovery by listing: every object under the source prefix that the pattern matches.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "dataset/dataset_file.h"
#include "dataset/granule.h"
#include "store/object_store.h"

namespace vdp {

struct FoundGranule {
  Granule granule;
  dataset::PatternFields fields;
  std::string identity;  ///< equal for two keys that are the same granule
};

struct UnusedKey {
  std::string key;
  std::string reason;
};

struct Discovery {
  std::vector<FoundGranule> granules;              ///< in order of identity, then of key
  std::uint64_t listed = 0;                        ///< keys that the listing named
  std::uint64_t not_matching = 0;                  ///< keys of another form
  std::vector<std::string> not_matching_examples;  ///< the first few of them
  std::uint64_t excluded = 0;
  std::vector<UnusedKey> inconsistent;  ///< the form fits, the fields contradict each other
  std::vector<UnusedKey> duplicates;    ///< the same granule under another key, which lost to `prefer` or to newer
};

/// "state=_preliminary;time=2020-01-01T00:00:00": the identity fields of a granule; its key where the pattern has none.
std::string identity_of(const dataset::SourceSpec& source, const std::string& key,
                        const dataset::PatternFields& fields);

/// Whether `a` wins over `b` where both are the same granule, or match one slot: by `prefer`, then the newest modified,
/// then the first key.
bool preferred(const dataset::SourceSpec& source, const FoundGranule& a, const FoundGranule& b);

/// One key, as the listing (or an event) tells of it, through pattern, exclude and identity. Ages are not looked at
/// here.
enum class KeyVerdict { granule, not_matching, excluded, inconsistent };
struct ClassifiedKey {
  KeyVerdict verdict = KeyVerdict::not_matching;
  FoundGranule found;  ///< when a granule
  std::string reason;  ///< when not
};
ClassifiedKey classify(const dataset::SourceSpec& source, const ObjectInfo& object);

/// When a listing has found what it is read for.
struct Enough {
  std::size_t granules = std::numeric_limits<std::size_t>::max();
  /// Those that were modified later do not count, though they are found.
  TimestampUs modified_by_us = std::numeric_limits<TimestampUs>::max();
};

/// `objects` is rooted at `source.prefix`. Read by pages under the pattern's static prefix, up to the one that has
/// enough; stores that list folder by folder do not look deeper than the pattern's keys lie.
Result<Discovery> list_granules(ObjectStore& objects, const dataset::SourceSpec& source, const Enough& enough = {});

}  // namespace vdp
