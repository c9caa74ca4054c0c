// PartitionWorker: does items of one partition on a fork of the run's branch. Commits nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/json_fwd.h"
#include "icechunk/repo/repository.h"
#include "pipeline/backfill/child.h"
#include "pipeline/backfill/partition_work.h"
#include "pipeline/granule_preparer.h"
#include "pipeline/planner.h"
#include "pipeline/store_state.h"

namespace vdp::backfill {

struct ItemsDone {
  std::string child_key;  ///< of the artifact
  std::uint64_t files = 0;
  std::uint64_t rejected = 0;
  std::uint64_t refs = 0;
  std::uint64_t source_bytes = 0;
};

/// Copies share the fork; each is used by one thread at a time.
class PartitionWorker {
 public:
  /// Reads the fork. `corrupt` or `invalid`, by its name, for one that is damaged, of another base or another
  /// repository.
  static Result<PartitionWorker> open(const Site& site, const icechunk::Repository& repository, PartitionWork work);

  struct Options {
    bool give_up = false;  ///< what cannot be read now is rejected, and no error
    Deadline read_until = {};
  };
  /// Writes one child. `transient`, and none is written, where a file could not be read and perhaps can be later.
  Result<ItemsDone> run(const std::vector<Item>& items, const Options& options) const;

 private:
  PartitionWorker(const Site& site, icechunk::Repository repository, PartitionWork work, icechunk::Fork fork,
                  StoreState state)
      : site_(&site),
        repository_(std::move(repository)),
        work_(std::move(work)),
        fork_(std::move(fork)),
        state_(std::move(state)) {}

  Result<ChildGranule> place(const Item& item, const Preparation& preparation, Planner& planner, StoreState& state,
                             icechunk::Session& session, const Options& options) const;

  const Site* site_;
  icechunk::Repository repository_;
  PartitionWork work_;
  icechunk::Fork fork_;
  StoreState state_;  ///< of the fork's base
};

/// The stage `process`.
Result<Json> process_stage(const Site& site, const Json& input, const Deadline& read_until = {});

}  // namespace vdp::backfill
