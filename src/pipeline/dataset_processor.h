// DatasetProcessor: the processor that a dataset file describes.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataset/dataset_file.h"
#include "pipeline/axis_order.h"
#include "pipeline/prepare.h"
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
  Result<icechunk::CommitOutcome> commit_processed_files(icechunk::Session& session,
                                                         std::span<const Outcome> outcomes) override;
  Result<UpkeepReport> garbage_collect(const UpkeepOptions& options) override;

  /// The template that the granule would give a store, with notes; nothing is written.
  struct Schema {
    dataset::Template store;
    dataset::AxisEncoding encoding;
    std::vector<std::string> notes;
  };
  Result<Schema> derive_schema(const Granule& granule);

 private:
  struct Prepared;
  DatasetProcessor(dataset::DatasetFile file, const Options& options);

  PrepareContext context() const;
  Result<Schema> draft(const Granule& granule, std::shared_ptr<PreparedGranule>& seed) const;
  Result<icechunk::Repository> make_repository(const dataset::Template& store) const;
  Result<icechunk::Repository> create_store(const Schema& schema, const PreparedGranule& seed);
  /// A rejection, where the dataset has no such key.
  std::optional<Outcome> check_key(const Granule& granule) const;
  Status load_state(const icechunk::Session& session);
  /// Reads the records of the slots that the granules' keys name, or their values.
  Status read_records(const icechunk::Session& session, std::span<const Granule> granules);
  Status read_records(const icechunk::Session& session, const std::vector<Prepared>& prepared);
  /// Prepares what is not cached, in parallel.
  std::vector<Prepared> prepare_all(std::span<const Granule> granules, const Deadline& read_until);
  static std::vector<std::optional<AxisPosition>> positions_of(const std::vector<Prepared>& prepared);
  std::vector<std::size_t> in_reading_order(std::span<const Granule> granules, std::vector<std::size_t> indices) const;
  void hold_back(std::span<const Granule> granules, std::vector<Prepared>& prepared) const;
  void keep(const Granule& granule, const Prepared& prepared);
  /// Those that will not come again: a consumer that lives for weeks must not collect them.
  void forget(std::span<const Outcome> outcomes);

  dataset::DatasetFile file_;
  Options options_;
  ObjectStorePtr source_;
  ObjectStorePtr target_;
  std::optional<StoreState> state_;
  std::optional<icechunk::SnapshotId> state_snapshot_;  ///< what state_ was read from, or committed as
  std::map<std::string, Prepared> cache_;               ///< by uri and version
  std::uint64_t cached_refs_ = 0;
};

}  // namespace vdp
