// Collect: objects that no branch, tag or young snapshot leads to are deleted.
//
// How it goes:
//   1. The store's clock is asked, and the cutoff is never younger than the minimum age by that clock.
//   2. Snapshots are listed, then `repo` is read. A snapshot stays that a branch or a tag reaches. One that none
//   reaches
//      (its branch was deleted, reset or amended) stays too while its object is younger than the
//      cutoff, or is not listed. The others are doomed.
//   3. The manifests of all snapshots that stay are read: they, and the native chunks they name, stay. If one cannot be
//      read, nothing is deleted.
//   4. `repo` is updated: the doomed snapshots leave it, and a child that stays gets its nearest ancestor that stays.
//      If by then a ref or a new snapshot depends on a doomed one, all starts again at 2. New snapshots that do not
//      are read as in 3.
//   5. Old objects that do not stay are deleted: snapshots, transaction logs, manifests, chunks, in this order, so that
//      an interruption never leaves an object whose parts are gone. What a failed kind refers to is not tried.
// From 4 on nobody can find the doomed snapshots; whatever interrupts 5, the next run deletes the rest.
// `repo`, its former versions under overwritten/, and everything not named by an id are never deleted.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <vector>

#include "icechunk/upkeep/expire.h"
#include "icechunk/upkeep/object_total.h"
#include "icechunk/upkeep/sweep.h"

namespace vdp::icechunk {

/// By the kinds of objects that are collected.
struct ObjectTotals {
  ObjectTotal snapshots;
  ObjectTotal transaction_logs;
  ObjectTotal manifests;
  ObjectTotal chunks;

  ObjectTotal total() const;
};

struct CollectReport {
  TimestampUs cutoff_us = 0;         ///< what was written at it or later, by the store's clock, stayed
  std::vector<SnapshotId> released;  ///< left `repo`; their objects are among the deleted
  ObjectTotals deleted;
  ObjectTotals kept;  ///< all other objects of these kinds

  /// Of what was deleted.
  ObjectTotal total() const { return deleted.total(); }
};

/// How far it is.
struct CollectProgress {
  std::uint64_t snapshots_read = 0;
  std::uint64_t manifests_read = 0;
  ObjectTotal deleted;
};

struct CollectOptions {
  TimestampUs older_than_us = 0;
  /// `older_than_us` must lie this far back by our clock; by the store's it is held at this distance.
  std::int64_t minimum_age_us = default_minimum_age_us;
  bool dry_run = false;  ///< write nothing: tell what would be done, as far as our clock is right
  /// Of a dry run: what would go after this expiry.
  std::optional<ExpireOptions> after_expiry;
  std::size_t max_batch = 1000;             ///< objects deleted by one request
  std::size_t threads = 8;                  ///< objects read at once
  const std::atomic<bool>* stop = nullptr;  ///< when it becomes true, the batch in hand is the last: `cancelled`
  std::function<void(const CollectProgress&)> on_progress;
};

/// Safe beside writers, and to interrupt and run again. Errors, besides those of the store: `unsupported` for a
/// repository of version 1; `denied` where it is not writable; `invalid` for a cutoff that is too young; `corrupt` for
/// objects that cannot be read or are not what their names say; `outcome_unknown` where the update of `repo` may have
/// landed. Unless deletion had begun, nothing was deleted; the message says how much was.
Result<CollectReport> collect(const Repository& repository, const CollectOptions& options);

}  // namespace vdp::icechunk
