#include "icechunk/upkeep/all_snapshots.h"

#include <algorithm>
#include <set>

#include "icechunk/repo/repository_state.h"
#include "icechunk/upkeep/history_edit.h"
#include "icechunk/upkeep/sweep.h"

namespace vdp::icechunk {
namespace {

Result<std::vector<ListedSnapshot>> snapshots_of_repo(const RepoInfo& info) {
  const SnapshotFlags reachable = reachable_snapshots(info);
  std::vector<ListedSnapshot> listed;
  for (std::size_t at = 0; at < info.snapshots.size(); ++at) {
    const SnapshotInfo& snapshot = info.snapshots[at];
    ListedSnapshot one;
    one.summary = {snapshot.id, std::nullopt, snapshot.flushed_at_us, snapshot.message, {}};
    if (snapshot.parent >= 0) one.summary.parent = info.snapshots[snapshot.parent].id;
    VDP_ASSIGN_IN("snapshot " + snapshot.id.text(), one.summary.metadata, decode_metadata(snapshot.metadata, 2));
    one.reachable = reachable[at];
    one.pruned_ancestor_logs = snapshot.pruned_ancestor_logs;
    listed.push_back(std::move(one));
  }
  return listed;
}

Result<std::set<SnapshotId>> reachable_legacy(const Repository& repository, const Refs& refs) {
  std::set<SnapshotId> reachable;
  for (const auto* names : {&refs.branches, &refs.tags}) {
    for (const auto& [name, tip] : *names) {
      VDP_ASSIGN(const auto history, repository.history(tip));
      for (const SnapshotSummary& snapshot : history) reachable.insert(snapshot.id);
    }
  }
  return reachable;
}

Result<std::vector<ListedSnapshot>> legacy_snapshots(const Repository& repository, const Refs& refs) {
  VDP_ASSIGN(const auto reachable, reachable_legacy(repository, refs));
  constexpr std::string_view folder = "snapshots/";
  VDP_ASSIGN_IN(repository.store().url(), const auto objects, repository.store().list(folder));
  std::vector<ListedSnapshot> listed;
  for (const ObjectInfo& object : objects) {
    const auto id = id_of_key(object.key, folder);
    if (!id) continue;
    VDP_ASSIGN(auto history, repository.history(*id, 1));
    ListedSnapshot one;
    one.summary = std::move(history.front());
    one.reachable = reachable.contains(*id);
    listed.push_back(std::move(one));
  }
  return listed;
}

/// Notes which branches and tags name it.
void add_names(ListedSnapshot& snapshot, const Refs& refs) {
  for (const auto& [name, tip] : refs.branches) {
    if (tip == snapshot.summary.id) snapshot.branches.push_back(name);
  }
  for (const auto& [name, tip] : refs.tags) {
    if (tip == snapshot.summary.id) snapshot.tags.push_back(name);
  }
}

Result<std::vector<ListedSnapshot>> find_snapshots(const Repository& repository, const Refs& refs) {
  if (repository.format_version() == 1) return legacy_snapshots(repository, refs);
  VDP_ASSIGN(const auto repo, repository.state().load_repo());
  return snapshots_of_repo(repo->info);
}

}  // namespace

Result<std::vector<ListedSnapshot>> list_all_snapshots(const Repository& repository) {
  VDP_ASSIGN(const Refs refs, repository.refs());
  VDP_ASSIGN(auto listed, find_snapshots(repository, refs));
  for (ListedSnapshot& snapshot : listed) add_names(snapshot, refs);
  std::ranges::sort(listed, [](const ListedSnapshot& a, const ListedSnapshot& b) {
    return std::pair(-a.summary.flushed_at_us, a.summary.id) < std::pair(-b.summary.flushed_at_us, b.summary.id);
  });
  return listed;
}

}  // namespace vdp::icechunk
