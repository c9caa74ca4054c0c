// The main job: discover, make the store if there is none, write what it lacks, report.
#pragma once

#include <optional>

#include "dataset/dataset_file.h"
#include "pipeline/enqueue.h"
#include "pipeline/forward.h"

namespace vdp {

struct RunOptions {
  bool dry_run = false;  ///< find out what would be done; write nothing, and leave the queue alone
  ForwardOptions forward;
};

struct RunReport {
  Discovered discovered;
  std::uint64_t enqueued = 0;  ///< granules that the store lacked, or has in another version
  bool created = false;        ///< the store was made by this run
  ForwardReport forward;       ///< of all that was in the queue; `unchanged` counts what was not enqueued, too
};

/// What an earlier run left in the queue is written first. Then each discovered granule whose version the store does
/// not have goes through the queue to the processor, in the processor's order. Nothing to do is no commit.
Result<RunReport> run_pipeline(const dataset::DatasetFile& file, ObjectStore& source, Processor& processor,
                               Queue& queue, const RunOptions& options);

struct InitializeReport {
  bool created = false;                          ///< made now, or in a dry run: would be
  std::optional<icechunk::SnapshotId> snapshot;  ///< the tip of the dataset's branch; nothing where there is none
};
/// Makes the store and its template from the first granule that can be read; nothing is written where it exists. Of an
/// archive of any size only the beginning is listed. `not_found` where nothing there can be read.
Result<InitializeReport> initialize(const dataset::DatasetFile& file, ObjectStore& source, Processor& processor,
                                    bool dry_run);

/// Those of the discovered granules that the store lacks, in the order in which they are to be written; all of them
/// where there is no store yet.
Result<std::vector<Granule>> find_missing(Processor& processor, std::span<const Granule> granules);

}  // namespace vdp
