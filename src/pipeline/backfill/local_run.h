// LocalRun: a whole backfill in one process, over the same stages as the functions in the cloud.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/backfill/partition_stage.h"
#include "pipeline/backfill/promote_stage.h"
#include "pipeline/backfill/site.h"
#include "pipeline/outcome.h"
#include "pipeline/progress.h"

namespace vdp::backfill {

struct LocalRunOptions {
  PartitionRequest request;
  std::size_t workers = 0;                  ///< threads; 0: as the dataset file says
  std::uint64_t batch = 0;                  ///< items that a worker takes at once; 0: as the dataset file says
  int attempts = 3;                         ///< at a batch whose files cannot be read just now
  std::int64_t pause_us = 1'000'000;        ///< before the second attempt; twice as long before each further one
  const std::atomic<bool>* stop = nullptr;  ///< when it becomes true, what was begun is ended, and no more
  ProgressListener* progress = nullptr;
};

struct LocalRunReport {
  Plan plan;
  bool resumed = false;
  std::uint64_t partitions_before = 0;  ///< that earlier attempts had committed
  OutcomeCounts outcomes;               ///< of all partitions, those included
  std::uint64_t refs = 0;
  std::uint64_t commits = 0;  ///< of partitions, by this attempt
  std::uint64_t retries = 0;
  std::vector<Rejection> rejections;  ///< files that were left out
  std::vector<std::string> notes;     ///< each once
  std::vector<std::string> ignored;   ///< children that were not taken
  Promoted promoted;
};

/// Goes on where an earlier attempt was stopped, however that ended. Children of an earlier attempt that are whole and
/// rejected nothing are not made again. `cancelled` where it was told to stop: what is done stays. Source files are
/// read by `workers` threads, and so `site` is best opened with one thread.
Result<LocalRunReport> run_locally(const Site& site, const LocalRunOptions& options);

}  // namespace vdp::backfill
