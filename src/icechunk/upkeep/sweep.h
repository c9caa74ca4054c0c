// Deleting the old objects of one kind that nothing needs.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "icechunk/format/ids.h"
#include "icechunk/upkeep/object_total.h"
#include "store/object_store.h"

namespace vdp::icechunk {

/// What became of the objects below a prefix.
struct Swept {
  ObjectTotal deleted;
  ObjectTotal kept;
};

struct SweepOptions {
  TimestampUs cutoff_us = 0;     ///< by the store's clock; what was written at it or later stays
  bool dry_run = false;          ///< count only
  std::size_t max_batch = 1000;  ///< objects deleted by one request
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const ObjectTotal&)> on_deleted;  ///< told after each batch; may be null
};

/// Whether an object was written before `cutoff_us` for sure. Stores that tell whole seconds cut the rest off, so such
/// an object may be up to a second younger than it looks; one without a time is never old.
bool written_before(const ObjectInfo& object, TimestampUs cutoff_us);

/// Visits `prefix` ("chunks/") and deletes each object that is named by an id, was written before the cutoff and is not
/// kept; anything else under the prefix stays, and is counted so. After an error some are gone, and it can be run
/// again.
Result<Swept> sweep(ObjectStore& store, std::string_view prefix, const SweepOptions& options,
                    const std::function<bool(const Id<12>&)>& is_kept);

/// The id that the key names below `prefix`; nothing where it is not exactly an id's text.
std::optional<Id<12>> id_of_key(std::string_view key, std::string_view prefix);

}  // namespace vdp::icechunk
