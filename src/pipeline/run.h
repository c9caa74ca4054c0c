// The main job: discover, make the store if there is none, write what it lacks, report.
#pragma once

#include <string>
#include <vector>

#include "dataset/dataset_file.h"
#include "discover/list.h"
#include "pipeline/forward.h"

namespace vdp {

struct RunOptions {
  bool dry_run = false;  ///< find out what would be done; write nothing
  ProgressListener* progress = nullptr;
  Clock* clock = &system_clock();
};

struct RunReport {
  std::uint64_t discovered = 0;
  std::uint64_t enqueued = 0;         ///< granules that the store lacked, or has in another version
  std::uint64_t not_matching = 0;     ///< keys under the prefix that the pattern does not match
  std::uint64_t too_young = 0;        ///< left for later, as `source.min_age` says
  bool created = false;               ///< the store was made by this run
  ForwardReport forward;              ///< of the enqueued ones; `unchanged` counts the others too
  std::vector<std::string> findings;  ///< keys that contradict themselves, duplicates
};

/// Each discovered granule whose version the store does not have goes through an in-memory queue to the processor, in
/// the processor's order. Nothing to do is no commit.
Result<RunReport> run_pipeline(const dataset::DatasetFile& file, ObjectStore& source, Processor& processor,
                               const RunOptions& options);

/// Makes the store and its template from the first granule that can be read; nothing is written where it exists.
/// True where it was made now.
Result<bool> initialize(const dataset::DatasetFile& file, ObjectStore& source, Processor& processor, bool dry_run);

}  // namespace vdp
