// Upkeep of a dataset's store: what is old leaves the history, and what nothing needs is deleted.
#pragma once

#include <optional>

#include "dataset/dataset_file.h"
#include "icechunk/upkeep/collect.h"
#include "icechunk/upkeep/expire.h"

namespace vdp {

struct UpkeepOptions {
  /// What is older goes; unset: `gc.expire` of the dataset file before now.
  std::optional<TimestampUs> older_than_us;
  std::int64_t minimum_age_us = icechunk::default_minimum_age_us;
  bool dry_run = false;  ///< write nothing, and tell what would go
  Clock* clock = &system_clock();
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const icechunk::CollectProgress&)> on_progress;
};

struct UpkeepReport {
  TimestampUs older_than_us = 0;
  icechunk::ExpireReport expired;
  icechunk::CollectReport collected;
};

/// Expires as the dataset file says, then collects. All branches stay, and
/// whatever is younger than the beginning of a backfill that is under way. Safe beside writers, and to run again.
Result<UpkeepReport> keep_store(const icechunk::Repository& repository, const dataset::GcSpec& gc,
                                const UpkeepOptions& options);

}  // namespace vdp
