// DatasetProcessor: the processor that a dataset file describes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataset/dataset_file.h"
#include "pipeline/granule_preparer.h"
#include "pipeline/planner.h"
#include "pipeline/store_state.h"
#include "vdp/processor.h"

namespace vdp {

class DatasetProcessor : public Processor {
 public:
  struct Options {
    Clock* clock = &system_clock();
    std::size_t threads = 0;  ///< for preparing granules; 0: one per core
    /// References of prepared granules that are kept for a replay or a later batch; beyond, files are parsed again.
    std::uint64_t max_cached_refs = 4'000'000;
  };

  /// Opens the source and the place of the store, not the store itself.
  static Result<std::unique_ptr<DatasetProcessor>> create(dataset::DatasetFile file, const Options& options);
  ~DatasetProcessor() override;

  std::string name() const override { return "dataset"; }
  const dataset::DatasetFile& file() const { return file_; }
  const ObjectStorePtr& source() const { return source_; }
  const ObjectStorePtr& target() const { return target_; }
  const dataset::AxisSpec& axis() const { return file_.axes.front(); }

  /// The repository; `not_found` where there is none.
  Result<icechunk::Repository> open_repository() const;

  Result<std::optional<icechunk::Repository>> find_store() override;
  Status check_file(const Granule& granule) override;
  Result<Granule> granule_at(const std::string& uri) const override;
  /// Versions that the store has are left out. On a growing axis, and where no hole may be left, the rest is prepared
  /// and comes in the order of first axis values, what cannot be read last; elsewhere the order is left.
  Result<std::vector<Granule>> select_missing(icechunk::Session& session, std::span<const Granule> granules) override;
  Result<icechunk::Repository> initialize_store(std::span<const Granule> candidates) override;
  Result<icechunk::Session> initialize_session(icechunk::Repository& repository) override;
  Result<Outcome> process_file(icechunk::Session& session, const Granule& granule) override;
  Result<std::vector<Outcome>> process_files(icechunk::Session& session, std::span<const Granule> granules,
                                             const Deadline& read_until) override;
  /// As `forward.deleted` says. Its slots stay on the axis, and the granule may come again.
  Result<std::optional<Outcome>> retract_file(icechunk::Session& session, const Granule& granule) override;
  Result<icechunk::CommitOutcome> commit_processed_files(icechunk::Session& session,
                                                         std::span<const Outcome> outcomes) override;
  Result<UpkeepReport> garbage_collect(const UpkeepOptions& options) override;

  /// Puts granules of the ledger in their places, at most `limit`, those that have waited longest first. One outcome
  /// for each; what is deferred waits on, what is rejected leaves the ledger.
  Result<std::vector<Outcome>> fold_ledger(icechunk::Session& session, std::size_t limit);

  /// The template that the granule would give a store, with notes; nothing is written.
  struct Schema {
    dataset::Template store;
    dataset::AxisEncoding encoding;
    std::vector<std::string> notes;
  };
  Result<Schema> derive_schema(const Granule& granule);

 private:
  DatasetProcessor(dataset::DatasetFile file, const Options& options);

  PrepareContext context() const;
  Result<Schema> draft(const Granule& granule, std::shared_ptr<PreparedGranule>& seed) const;
  Result<icechunk::Repository> make_repository(const dataset::Template& store) const;
  Result<icechunk::Repository> create_store(const Schema& schema, const PreparedGranule& seed);
  /// A rejection, where the dataset has no such key.
  std::optional<Outcome> check_key(const Granule& granule) const;
  /// A deferral, where a granule that is gone and not in the store may be there soon.
  Result<std::optional<Outcome>> wait_for_backfill(const icechunk::Session& session, const Granule& granule) const;
  Status load_state(const icechunk::Session& session);
  /// Reads the records of the slots that the granules' keys name, or their values.
  Status read_records(const icechunk::Session& session, std::span<const Granule> granules);
  Status read_records(const icechunk::Session& session, const std::vector<Preparation>& prepared);
  /// Granules of a batch, and after them others of the ledger.
  struct Candidates {
    std::vector<Granule> granules;
    std::size_t of_batch = 0;
  };
  /// One outcome for each candidate.
  Result<std::vector<Outcome>> place(icechunk::Session& session, const Candidates& candidates,
                                     const Deadline& read_until);
  /// Those of the ledger that are to be folded in, less those that the batch has.
  std::vector<Granule> waiting(std::size_t limit, std::optional<TimestampUs> since_us,
                               std::span<const Granule> batch) const;
  std::vector<Granule> due(std::span<const Granule> batch) const;
  void tell_folded(std::span<const Outcome> folded, std::vector<Outcome>& outcomes) const;
  Status write_planned(const std::vector<PlannedGranule>& batch, icechunk::Session& session);
  Status keep_whole(Status written, icechunk::Session& session);
  std::vector<Preparation> prepare_all(std::span<const Granule> granules, const Deadline& read_until);

  dataset::DatasetFile file_;
  Options options_;
  ObjectStorePtr source_;
  ObjectStorePtr target_;
  std::optional<StoreState> state_;
  std::optional<icechunk::SnapshotId> state_snapshot_;  ///< what state_ was read from, or committed as
  /// state_ counts in what a session holds that is not committed.
  bool state_is_ahead_ = false;
  GranulePreparer preparer_;
};

}  // namespace vdp
