#include "icechunk/repo/diff.h"

#include <fmt/format.h>

#include <functional>
#include <optional>

#include "icechunk/repo/repository_state.h"
#include "icechunk/repo/transaction_logs.h"

namespace vdp::icechunk {
namespace {

Failure no_ancestor(const SnapshotId& from, const SnapshotId& to) {
  return invalid(
      fmt::format("snapshot {} is no ancestor of {}: only a snapshot and one that came after it in the "
                  "same history can be compared",
                  from.text(), to.text()));
}

/// Whose logs tell what came after `from` up to `to`: newest snapshot first, in front of each those of the ancestors
/// that were expired from under it, oldest first.
Result<std::vector<SnapshotId>> logs_between(const RepoInfo& info, const SnapshotId& from, const SnapshotId& to) {
  VDP_TRY(resolve_in(info, from));
  VDP_TRY(resolve_in(info, to));
  std::vector<SnapshotId> logs;
  auto at = static_cast<std::int32_t>(*info.find_snapshot(to));
  while (at >= 0 && info.snapshots[at].id != from) {
    const SnapshotInfo& snapshot = info.snapshots[at];
    logs.insert(logs.end(), snapshot.pruned_ancestor_logs.begin(), snapshot.pruned_ancestor_logs.end());
    logs.push_back(snapshot.id);
    at = snapshot.parent;
  }
  if (at < 0) return no_ancestor(from, to);
  return logs;
}

/// In version 1 each snapshot names its parent.
Result<std::vector<SnapshotId>> legacy_logs_between(const Repository& repository, const SnapshotId& from,
                                                    const SnapshotId& to) {
  VDP_ASSIGN(const auto history, repository.history(to));
  std::vector<SnapshotId> logs;
  for (const SnapshotSummary& snapshot : history) {
    if (snapshot.id == from) return logs;
    logs.push_back(snapshot.id);
  }
  return no_ancestor(from, to);
}

Result<std::vector<SnapshotId>> find_logs(const Repository& repository, const SnapshotId& from, const SnapshotId& to) {
  if (repository.format_version() == 1) return legacy_logs_between(repository, from, to);
  VDP_ASSIGN(const auto repo, repository.state().load_repo());
  return logs_between(repo->info, from, to);
}

/// Where the nodes of both snapshots are.
class NodePaths {
 public:
  struct Place {
    std::string path;
    bool in_to;
  };

  NodePaths(const Snapshot& from, const Snapshot& to) {
    for (const NodeSnapshot& node : to.nodes) places_.emplace(node.id, Place{node.path, true});
    for (const NodeSnapshot& node : from.nodes) places_.emplace(node.id, Place{node.path, false});
  }

  /// null for a node that neither has.
  const Place* find(const NodeId& node) const {
    const auto found = places_.find(node);
    return found == places_.end() ? nullptr : &found->second;
  }

 private:
  std::map<NodeId, Place> places_;
};

class DiffBuilder {
 public:
  explicit DiffBuilder(const NodePaths& paths) : paths_(paths) {}

  /// The newest log first.
  void add(const TransactionLog& log) {
    add_paths(log.new_groups, diff_.new_groups);
    add_paths(log.new_arrays, diff_.new_arrays);
    add_paths(log.deleted_groups, diff_.deleted_groups);
    add_paths(log.deleted_arrays, diff_.deleted_arrays);
    add_paths(log.updated_groups, diff_.updated_groups);
    add_paths(log.updated_arrays, diff_.updated_arrays);
    for (const UpdatedChunks& updated : log.updated_chunks) add_chunks(updated);
    for (const MovedNode& move : log.moved_nodes) diff_.moved_nodes.push_back({move.from, move.to});
  }

  SnapshotDiff finish() {
    for (auto& [node, chunks] : chunks_) {
      chunks.sort();
      const NodePaths::Place& place = *paths_.find(node);
      // A path belongs to the node that `to` has there, whether it comes before or after the former one.
      if (place.in_to) {
        diff_.updated_chunks.insert_or_assign(place.path, std::move(chunks));
      } else {
        diff_.updated_chunks.emplace(place.path, std::move(chunks));
      }
    }
    return std::move(diff_);
  }

 private:
  void add_paths(const std::vector<NodeId>& nodes, std::set<std::string>& paths) const {
    for (const NodeId& node : nodes) {
      if (const NodePaths::Place* place = paths_.find(node)) paths.insert(place->path);
    }
  }

  void add_chunks(const UpdatedChunks& updated) {
    if (paths_.find(updated.node) == nullptr || updated.count == 0) return;
    auto& chunks = chunks_.try_emplace(updated.node, updated.rank).first->second;
    // Of an array that got another number of dimensions the older indices mean nothing any more.
    if (chunks.rank() == updated.rank) chunks.add(updated.indices, updated.count);
  }

  const NodePaths& paths_;
  SnapshotDiff diff_;
  std::map<NodeId, ChunkIndexSet> chunks_;
};

Result<TransactionLog> load_needed_log(const Repository& repository, const SnapshotId& snapshot) {
  auto log = load_transaction_log(repository.store(), snapshot);
  if (log || log.error().kind != ErrorKind::not_found) return log;
  return not_found(
      fmt::format("{}: the transaction log of snapshot {} is missing, and with it what that snapshot "
                  "changed",
                  repository.store().url(), snapshot.text()));
}

}  // namespace

bool SnapshotDiff::empty() const {
  return new_groups.empty() && new_arrays.empty() && deleted_groups.empty() && deleted_arrays.empty() &&
         updated_groups.empty() && updated_arrays.empty() && updated_chunks.empty() && moved_nodes.empty();
}

Result<SnapshotDiff> diff_snapshots(const Repository& repository, const SnapshotId& from, const SnapshotId& to) {
  VDP_ASSIGN(const std::vector<SnapshotId> logs, find_logs(repository, from, to));
  VDP_ASSIGN(const auto from_snapshot, repository.state().load_snapshot(from));
  VDP_ASSIGN(const auto to_snapshot, repository.state().load_snapshot(to));
  const NodePaths paths(*from_snapshot, *to_snapshot);
  DiffBuilder builder(paths);
  for (const SnapshotId& snapshot : logs) {
    VDP_ASSIGN(const TransactionLog log, load_needed_log(repository, snapshot));
    builder.add(log);
  }
  return builder.finish();
}

}  // namespace vdp::icechunk
