// What a run has done so far, as the history of its branch tells it: there is no second record of that.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "icechunk/repo/repository.h"
#include "pipeline/backfill/plan.h"
#include "pipeline/outcome.h"

namespace vdp::backfill {

struct PartitionCommit {
  icechunk::SnapshotId snapshot;
  OutcomeCounts outcomes;
  std::uint64_t refs = 0;
};

struct RunState {
  std::string branch;
  icechunk::SnapshotId tip;
  /// Whether the stage `initialize` has ended; what follows is known only then.
  bool initialized = false;
  std::string plan;
  icechunk::SnapshotId initial;       ///< the commit of `initialize`
  icechunk::SnapshotId branch_point;  ///< of the dataset's branch: where the run's left it
  icechunk::SnapshotId caught_up;     ///< of the dataset's branch: the last one whose granules the run's has, too
  std::map<std::uint64_t, PartitionCommit> partitions;

  std::uint64_t rejected() const;
};

/// Nothing where the run has no branch.
Result<std::optional<RunState>> read_run_state(const icechunk::Repository& repository, const std::string& run);
/// The same, of a run that was initialized with this plan. `not_found` where it was not, `conflict` for another plan.
Result<RunState> read_run_state(const icechunk::Repository& repository, const Plan& plan);

/// The run that began first of those that have a branch and were initialized.
struct RunBegun {
  std::string branch;
  TimestampUs began_us = 0;  ///< when the snapshot was committed that the branch begins at
};
Result<std::optional<RunBegun>> find_oldest_run(const icechunk::Repository& repository);

/// Whether a snapshot of `branch` is the commit of a partition of this plan: the run was promoted.
Result<bool> is_promoted(const icechunk::Repository& repository, const std::string& branch, const Plan& plan);

// Metadata of the run's commits: {"vdp": {"backfill": {...}}}.
Json initial_metadata(const Plan& plan, const icechunk::SnapshotId& branch_point);
Json partition_metadata(const Plan& plan, std::uint64_t partition, const OutcomeCounts& outcomes, std::uint64_t refs);
Json caught_up_metadata(const Plan& plan, const icechunk::SnapshotId& main_tip);

}  // namespace vdp::backfill
