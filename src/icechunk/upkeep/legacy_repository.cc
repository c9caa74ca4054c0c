#include "icechunk/upkeep/legacy_repository.h"

#include <fmt/format.h>

#include <set>

#include "base/task_pool.h"
#include "icechunk/format/snapshot.h"
#include "icechunk/repo/legacy_config.h"
#include "icechunk/repo/legacy_refs.h"
#include "icechunk/repo/object_keys.h"

namespace vdp::icechunk {
namespace {

constexpr std::string_view snapshots_prefix = "snapshots/";

Result<LegacySnapshot> load_snapshot(ObjectStore& store, const SnapshotId& id) {
  const std::string key = snapshot_key(id);
  VDP_ASSIGN_IN(store.url(), const ObjectData object, store.get(key));
  const std::string place = store.url() + key;
  VDP_ASSIGN_IN(place, Snapshot snapshot, decode_snapshot(object.bytes));
  if (snapshot.id != id) {
    return corrupt(fmt::format("{}: found the snapshot {}, expected {}", place, snapshot.id.text(), id.text()));
  }
  VDP_ASSIGN_IN(place, const Json metadata, decode_metadata(snapshot.metadata, snapshot.spec_version));
  return LegacySnapshot{snapshot.parent, snapshot.flushed_at_us, std::move(snapshot.message),
                        encode_metadata(metadata)};
}

/// All snapshots there are, read at once rather than one after the other; what cannot be read matters if it is needed.
class Snapshots {
 public:
  static Result<Snapshots> load(ObjectStore& store, std::size_t threads) {
    VDP_ASSIGN_IN(store.url(), const std::vector<ObjectInfo> objects, store.list(snapshots_prefix));
    std::vector<SnapshotId> ids;
    for (const ObjectInfo& object : objects) {
      // Whatever else lies there is nobody's snapshot.
      if (const auto id = SnapshotId::parse(object.key.substr(snapshots_prefix.size()))) ids.push_back(*id);
    }
    std::vector<Result<LegacySnapshot>> loaded(ids.size());
    parallel_for(ids.size(), threads, [&](std::size_t i) { loaded[i] = load_snapshot(store, ids[i]); });
    Snapshots snapshots;
    for (std::size_t i = 0; i < ids.size(); ++i) snapshots.found_.emplace(ids[i], std::move(loaded[i]));
    return snapshots;
  }

  /// Copies the snapshots from `tip` to its root that `reached` has not yet.
  Status reach(const SnapshotId& tip, std::map<SnapshotId, LegacySnapshot>& reached) const {
    std::set<SnapshotId> passed;
    std::optional<SnapshotId> at = tip;
    while (at && !reached.contains(*at)) {
      passed.insert(*at);
      const auto found = found_.find(*at);
      if (found == found_.end()) {
        return not_found(fmt::format("snapshot {} is missing, and {} needs it", at->text(), tip.text()));
      }
      if (!found->second) return std::unexpected(found->second.error());
      reached.emplace(*at, *found->second);
      at = found->second->parent;
    }
    if (at && passed.contains(*at)) return corrupt(fmt::format("snapshot {} is its own ancestor", at->text()));
    return {};
  }

 private:
  std::map<SnapshotId, Result<LegacySnapshot>> found_;
};

}  // namespace

Result<LegacyRepository> load_legacy_repository(ObjectStore& store, std::size_t threads) {
  LegacyRepository repository;
  VDP_ASSIGN(repository.refs, load_legacy_refs(store));
  VDP_ASSIGN(repository.config, load_legacy_config(store));
  VDP_ASSIGN(const Snapshots snapshots, Snapshots::load(store, threads));
  for (const auto* names : {&repository.refs.branches, &repository.refs.tags}) {
    for (const auto& [name, tip] : *names) VDP_TRY(snapshots.reach(tip, repository.snapshots));
  }
  return repository;
}

}  // namespace vdp::icechunk
