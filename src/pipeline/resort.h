// Resort: the granules of the ledger are put in their places.
#pragma once

#include <atomic>
#include <vector>

#include "pipeline/dataset_processor.h"
#include "pipeline/outcome.h"

namespace vdp {

struct ResortOptions {
  bool dry_run = false;                     ///< tell what waits, and change nothing
  int max_attempts = 1000;                  ///< commits that lost against another writer
  const std::atomic<bool>* stop = nullptr;  ///< when it becomes true, the commit in hand is the last
};

struct ResortReport {
  std::vector<LateGranule> waiting;  ///< when it began
  OutcomeCounts outcomes;
  std::vector<Outcome> not_written;  ///< deferred ones wait on; rejected ones left the ledger
  std::uint64_t commits = 0;
  std::uint64_t retries = 0;
};

/// In commits of `forward.max_fold` granules, until none is left or none of those that are left can be read. A conflict
/// is settled by replay, as in forward(). `outcome_unknown` where a commit may or may not have landed: it can be run
/// again. `not_found` where there is no store.
Result<ResortReport> resort(DatasetProcessor& processor, const ResortOptions& options);
Json to_json(const ResortReport& report);

}  // namespace vdp
