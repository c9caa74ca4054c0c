// Processor: what a dataset does with its files. The pipeline calls it and knows nothing else of a dataset.
//
// Almost everybody uses DatasetProcessor, which implements all of it from a dataset file. A processor of one's own
// overrides what it must; processors/sample/ shows one to copy.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "icechunk/repo/repository.h"
#include "pipeline/outcome.h"

namespace vdp {

struct UpkeepOptions;  // of pipeline/upkeep.h, as the report is
struct UpkeepReport;

/// The order of calls: initialize_store once; then, for each batch, initialize_session (or the session of the batch
/// before), retract_file for each file that is said to be gone, process_files, commit_processed_files. A processor is
/// used by one thread at a time.
class Processor {
 public:
  virtual ~Processor() = default;

  /// As it is chosen in the settings.
  virtual std::string name() const = 0;

  /// The repository, made (groups, arrays, coordinates; one commit) if it is not there yet. Safe to call again.
  /// `candidates`: granules to learn from; the first that can be read is the one. `not_found` where there is no
  /// repository and none can be learned from.
  virtual Result<icechunk::Repository> initialize_store(std::span<const Granule> candidates) = 0;

  /// A session to write one batch with, on the newest state of the store.
  virtual Result<icechunk::Session> initialize_session(icechunk::Repository& repository) = 0;

  /// Puts one granule into the session, all of it or nothing. A granule that does not fit is an outcome; an error
  /// means that the session can no longer be used (the store failed).
  virtual Result<Outcome> process_file(icechunk::Session& session, const Granule& granule) = 0;

  /// A batch: one outcome per granule, in their order. Calls process_file for one after the other unless overridden.
  /// After `read_until` no source is begun to be read: granules that were not are deferred, and so are those that must
  /// not come before them.
  virtual Result<std::vector<Outcome>> process_files(icechunk::Session& session, std::span<const Granule> granules,
                                                     const Deadline& read_until);

  /// Commits what process_files put there. The pipeline answers a conflict with a new session and process_files again.
  virtual Result<icechunk::CommitOutcome> commit_processed_files(icechunk::Session& session,
                                                                 std::span<const Outcome> outcomes) = 0;

  // What the pipeline asks beside; the defaults suit a processor that needs none of it.

  /// The granule that an event names by its URI alone: what follows the bucket (or the host) is its key. `invalid`
  /// where the dataset has no such granule.
  virtual Result<Granule> granule_at(const std::string& uri) const;

  /// Takes a granule out of the session that an event says was deleted; nothing where its source still has it, which
  /// then is looked at with the files of the batch. Errors as of process_file. Rejected unless overridden.
  virtual Result<std::optional<Outcome>> retract_file(icechunk::Session& session, const Granule& granule);

  /// The repository if it is there and initialized; nothing where it is not, or where only initialize_store can tell.
  virtual Result<std::optional<icechunk::Repository>> find_store();

  /// Whether the granule can be read and understood, told without a store.
  virtual Status check_file(const Granule& granule);

  /// Those of the granules that the session's store lacks, in the order in which they are to be written. All of them,
  /// as they come, unless overridden.
  virtual Result<std::vector<Granule>> select_missing(icechunk::Session& session, std::span<const Granule> granules);

  // The bulk load of an existing archive; `unsupported` unless overridden.

  /// The store at its full shape, on a branch of its own.
  virtual Result<icechunk::Repository> initialize_backfill_store(std::span<const Granule> inventory);
  virtual Result<icechunk::Repository> open_backfill_repo();
  virtual Result<Outcome> process_backfill_file(icechunk::Session& session, const Granule& granule);

  /// Expires and collects what nobody can reach any more; `unsupported` unless overridden. keep_store() of
  /// pipeline/upkeep.h does it for any repository.
  virtual Result<UpkeepReport> garbage_collect(const UpkeepOptions& options);
};

}  // namespace vdp
