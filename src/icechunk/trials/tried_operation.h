// The operations of a repository that faults are tried on: a table, one row each.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "icechunk/upkeep/test_history.h"

namespace vdp::icechunk {

/// A repository in memory with a history, and what a row of the table remembers between its functions.
struct Scene : History {
  Scene() : History(11) {}

  /// What was acknowledged while it was prepared: nobody may lose it.
  void keep(std::uint64_t chunk, std::uint8_t value) {
    kept_chunks[chunk] = value;
    kept_snapshots.push_back(commit(chunk, value));
  }
  RepositoryOptions options() {
    RepositoryOptions chosen;
    chosen.clock = &clock;
    chosen.random = &random;
    return chosen;
  }

  std::map<std::uint64_t, std::uint8_t> kept_chunks;  ///< of main
  std::vector<SnapshotId> kept_snapshots;             ///< of main, oldest first
  TimestampUs cutoff_us = 0;
  std::size_t rival_entries = 0;  ///< of the same kind as the operation's own, made by others meanwhile
};

struct TriedOperation {
  std::string name;
  /// Position in Update of the one entry that it makes in the operations log; none: it changes nothing.
  std::optional<std::size_t> entry;
  /// Over the bare store.
  std::function<void(Scene&)> prepare;
  /// Over the store that has faults. What Session::commit tells is put as a Status: see told().
  std::function<Status(Scene&, const ObjectStorePtr&)> perform;
  /// Whether its effect shows in what can be read, over the bare store.
  std::function<bool(Scene&)> shows;
  /// It goes on to delete objects after its entry was made: it may fail then, is done again, and makes another entry.
  bool deletes = false;
  std::uint64_t least_cases = 10;  ///< of one fault; fewer mean that the table or the faults are broken
};

inline void PrintTo(const TriedOperation& row, std::ostream* out) { *out << row.name; }

/// CommitConflict as `conflict`, CommitUnknown as `outcome_unknown`, nothing to commit as `internal`.
Status told(const Result<CommitOutcome>& outcome);

const std::vector<TriedOperation>& tried_operations();

}  // namespace vdp::icechunk
