// GranulePreparer: prepares granules of a batch in parallel, and keeps them for a replay or a later batch.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "pipeline/outcome.h"
#include "pipeline/prepare.h"

namespace vdp {

/// What came of preparing one granule.
struct Preparation {
  std::shared_ptr<const PreparedGranule> granule;  ///< or null, and then:
  Error error;
  bool was_read = true;  ///< false: there was no time for it
};

class GranulePreparer {
 public:
  /// `threads` 0: one per core. References beyond `max_cached_refs` are not kept: their files are parsed again.
  GranulePreparer(std::size_t threads, std::uint64_t max_cached_refs)
      : threads_(threads), max_cached_refs_(max_cached_refs) {}

  /// One for each granule, in their order, which is that of reading, too. After `read_until` none is begun.
  std::vector<Preparation> prepare(const PrepareContext& context, const dataset::Template& store,
                                   std::span<const Granule> granules, const Deadline& read_until);
  /// The batch will not be replayed. Forgets the granules that are done, and all that were asked for without the
  /// version that was found: when their names come again, there may be a newer one.
  void end_batch(std::span<const Outcome> outcomes);

 private:
  void keep(const Granule& granule, const Preparation& preparation);
  void forget(const std::string& key);

  std::size_t threads_;
  std::uint64_t max_cached_refs_;
  std::uint64_t cached_refs_ = 0;
  std::map<std::string, Preparation> cache_;  ///< by uri and version, as they were asked for
  std::vector<std::string> of_this_batch_;    ///< keys in the cache that do not name the version that was found
};

}  // namespace vdp
