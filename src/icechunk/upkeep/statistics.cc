#include "icechunk/upkeep/statistics.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/task_pool.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/repository_state.h"
#include "icechunk/upkeep/all_snapshots.h"
#include "icechunk/upkeep/retained_objects.h"
#include "icechunk/upkeep/sweep.h"

namespace vdp::icechunk {
namespace {

/// Puts objects into their kinds.
class ObjectCounter {
 public:
  ObjectCounter(RetainedObjects& retained, const std::set<SnapshotId>& logs) : retained_(retained), logs_(logs) {}

  void add(const ObjectInfo& object) {
    const std::string_view key = object.key;
    if (add_to(statistics_.snapshots, "snapshots/", object, [&](auto& id) { return retained_.has_snapshot(id); }) ||
        add_to(statistics_.transaction_logs, "transactions/", object, [&](auto& id) { return logs_.contains(id); }) ||
        add_to(statistics_.manifests, "manifests/", object, [&](auto& id) { return retained_.has_manifest(id); }) ||
        add_to(statistics_.chunks, "chunks/", object, [&](auto& id) { return retained_.has_chunk(id); })) {
      return;
    }
    if (key == repo_key || key.starts_with("refs/") || key == "config.yaml") {
      statistics_.current.add(object.size);
    } else if (key.starts_with("overwritten/")) {
      statistics_.former.add(object.size);
    } else {
      statistics_.other.add(object.size);
    }
  }

  const ObjectStatistics& statistics() const { return statistics_; }

 private:
  /// Whether the object is of this kind.
  template <typename IsReachable>
  static bool add_to(KindStatistics& kind, std::string_view folder, const ObjectInfo& object,
                     IsReachable&& is_reachable) {
    const auto id = id_of_key(object.key, folder);
    if (!id) return false;
    (is_reachable(*id) ? kind.reachable : kind.unreachable).add(object.size);
    return true;
  }

  RetainedObjects& retained_;
  const std::set<SnapshotId>& logs_;
  ObjectStatistics statistics_;
};

struct ReachableSnapshots {
  std::vector<SnapshotId> snapshots;
  std::set<SnapshotId> logs;
};

Result<ReachableSnapshots> find_reachable(const Repository& repository) {
  VDP_ASSIGN(const auto listed, list_all_snapshots(repository));
  ReachableSnapshots reachable;
  for (const ListedSnapshot& snapshot : listed) {
    if (!snapshot.reachable) continue;
    reachable.snapshots.push_back(snapshot.summary.id);
    reachable.logs.insert(snapshot.summary.id);
    reachable.logs.insert(snapshot.pruned_ancestor_logs.begin(), snapshot.pruned_ancestor_logs.end());
  }
  return reachable;
}

/// What one manifest says of each array that it has.
std::map<NodeId, ArrayStatistics> count_refs(const Manifest& manifest) {
  std::map<NodeId, ArrayStatistics> counts;
  for (const ArrayManifest& array : manifest.arrays) {
    ArrayStatistics& count = counts[array.node];
    for (std::size_t row = 0; row < array.refs.size(); ++row) {
      const ChunkRefView ref = array.refs[row];
      RefCount& kind = ref.kind == ChunkRefKind::native     ? count.native
                       : ref.kind == ChunkRefKind::virtual_ ? count.virtual_
                                                            : count.inlined;
      ++kind.refs;
      kind.bytes += ref.length;
    }
  }
  return counts;
}

void add(RefCount& sum, const RefCount& part) {
  sum.refs += part.refs;
  sum.bytes += part.bytes;
}

}  // namespace

Result<ObjectStatistics> object_statistics(const Repository& repository, std::size_t threads) {
  VDP_ASSIGN(const ReachableSnapshots reachable, find_reachable(repository));
  RetainedObjects retained(repository.state(), std::max<std::size_t>(threads, 1), nullptr, nullptr);
  VDP_TRY(retained.add(reachable.snapshots));
  ObjectCounter counter(retained, reachable.logs);
  const auto visit = [&](const std::vector<ObjectInfo>& page) -> Status {
    for (const ObjectInfo& object : page) counter.add(object);
    return {};
  };
  const Status listed = repository.store().list_pages("", "", visit);
  if (!listed) return std::unexpected(within(repository.store().url(), listed.error()));
  return counter.statistics();
}

Result<std::vector<ArrayStatistics>> array_statistics(const Repository& repository, const SnapshotId& id,
                                                      std::size_t threads) {
  VDP_ASSIGN(const auto snapshot, repository.state().load_snapshot(id));
  const std::vector<ManifestFile>& files = snapshot->manifests;
  std::vector<Result<std::map<NodeId, ArrayStatistics>>> counted(files.size());
  parallel_for(files.size(), std::max<std::size_t>(threads, 1), [&](std::size_t i) {
    const auto manifest = repository.state().load_manifest(files[i]);
    if (manifest) {
      counted[i] = count_refs(**manifest);
    } else {
      counted[i] = std::unexpected(manifest.error());
    }
  });
  std::map<ManifestId, const std::map<NodeId, ArrayStatistics>*> by_manifest;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!counted[i]) return std::unexpected(counted[i].error());
    by_manifest[files[i].id] = &*counted[i];
  }
  std::vector<ArrayStatistics> arrays;
  for (const NodeSnapshot& node : snapshot->nodes) {
    if (!node.array) continue;
    ArrayStatistics sum{node.path, node.array->manifests.size(), {}, {}, {}};
    for (const ManifestRef& manifest : node.array->manifests) {
      const auto& counts = *by_manifest.at(manifest.id);
      const auto part = counts.find(node.id);
      if (part == counts.end()) continue;
      add(sum.inlined, part->second.inlined);
      add(sum.native, part->second.native);
      add(sum.virtual_, part->second.virtual_);
    }
    arrays.push_back(std::move(sum));
  }
  return arrays;
}

}  // namespace vdp::icechunk
