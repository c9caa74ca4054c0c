#include "icechunk/repo/new_snapshot.h"

#include <fmt/format.h>

#include <algorithm>

#include "icechunk/repo/manifest_writer.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/repo_update.h"

namespace vdp::icechunk {
namespace {

bool grid_changed(const SessionState& session, const NodeSnapshot& node) {
  if (session.rearranges) return false;
  const NodeSnapshot* former = session.base->find(node.path);
  return former == nullptr || former->id != node.id || !former->array || former->array->shape != node.array->shape;
}

/// Writes what one array needs, and gives its node the new manifests.
Status write_manifests(SessionState& session, const ManifestSplitting& splitting, NodeSnapshot& node,
                       std::vector<ManifestFile>& new_files) {
  const RefTable* changes = session.changes.chunks(node.id);
  if ((changes == nullptr || changes->empty()) && !grid_changed(session, node)) return {};
  VDP_ASSIGN(auto cell_shape, splitting.cell_shape(node.path, node.array->dimension_names, node.array->shape.size()));
  ManifestWriter writer(*session.repository, session.objects, session.manifest_files(), node, changes,
                        std::move(cell_shape));
  VDP_ASSIGN(WrittenManifests written, writer.write());
  node.array->manifests = std::move(written.refs);
  new_files.insert(new_files.end(), written.files.begin(), written.files.end());
  return {};
}

/// Entries for exactly the manifests that nodes refer to.
std::vector<ManifestFile> manifest_entries(ManifestFiles known, const std::vector<NodeSnapshot>& nodes,
                                           std::vector<ManifestFile> new_files) {
  std::vector<ManifestFile> files = std::move(new_files);
  for (const NodeSnapshot& node : nodes) {
    if (!node.array) continue;
    for (const ManifestRef& manifest : node.array->manifests) {
      if (const ManifestFile* file = known.find(manifest.id)) files.push_back(*file);
    }
  }
  std::ranges::sort(files, {}, &ManifestFile::id);
  const auto twice = std::ranges::unique(files, {}, &ManifestFile::id);
  files.erase(twice.begin(), twice.end());
  return files;
}

}  // namespace

Result<Snapshot> build_snapshot(SessionState& session, const std::string& message, const Json& metadata) {
  VDP_ASSIGN(const ManifestSplitting splitting, session.config.manifest_splitting());
  Snapshot snapshot;
  std::vector<ManifestFile> new_files;
  for (const NodeSnapshot* seen : all_nodes(*session.base, session.changes)) {
    NodeSnapshot node = *seen;
    if (node.array) VDP_TRY(write_manifests(session, splitting, node, new_files));
    snapshot.nodes.push_back(std::move(node));
  }
  snapshot.id = SnapshotId::random(session.repository->random());
  // Readers and collectors order snapshots by time: ours is later than its parent, whatever the clock says.
  snapshot.flushed_at_us = std::max(session.repository->clock().now_us(), session.base->flushed_at_us + 1);
  snapshot.message = message;
  snapshot.metadata = encode_metadata(metadata);
  snapshot.manifests = manifest_entries(session.manifest_files(), snapshot.nodes, std::move(new_files));
  return snapshot;
}

Status put_snapshot(SessionState& session, const Snapshot& snapshot, const TransactionLog& log) {
  VDP_ASSIGN(Bytes object, encode_transaction_log(log));
  return put_snapshot(session, snapshot, std::move(object));
}

Status put_snapshot(SessionState& session, const Snapshot& snapshot, Bytes transaction_log) {
  VDP_TRY(session.objects.add(snapshot_key(snapshot.id), encode_snapshot(snapshot)));
  VDP_TRY(session.objects.add(transaction_log_key(snapshot.id), std::move(transaction_log)));
  return session.objects.put_all();
}

SnapshotInfo describe_snapshot(const Snapshot& snapshot, std::int32_t parent) {
  return {snapshot.id, parent, snapshot.flushed_at_us, snapshot.message, snapshot.metadata, {}};
}

Status check_tip(const SessionState& session, const RepoInfo& info, std::optional<SnapshotId>& found_tip) {
  VDP_ASSIGN(const SnapshotId tip, resolve_in(info, Branch{*session.branch}));
  if (tip == session.base->id) return {};
  found_tip = tip;
  return conflict(
      fmt::format("branch {} is at snapshot {}, expected {}", *session.branch, tip.text(), session.base->id.text()));
}

Result<CommitOutcome> publish_snapshot(SessionState& session, Snapshot snapshot, Update entry,
                                       const PlaceSnapshot& place) {
  const SnapshotId id = snapshot.id;
  std::optional<SnapshotId> found_tip;
  RepoUpdate update;
  update.entry = std::move(entry);
  update.landed = [&](const RepoInfo& info) { return info.find_snapshot(id).has_value(); };
  update.edit = [&](RepoInfo& info) -> Status {
    found_tip.reset();
    return place(info, found_tip);
  };
  const Status published = update_repo(*session.repository, update);
  if (!published) {
    if (found_tip && published.error().kind == ErrorKind::conflict) {
      return CommitConflict{session.base->id, *found_tip};
    }
    if (published.error().kind != ErrorKind::outcome_unknown) return std::unexpected(published.error());
    session.spent = true;
    return CommitUnknown{id, published.error().text()};
  }
  session.base = session.repository->keep_snapshot(std::move(snapshot));
  session.changes.clear();
  return Committed{id};
}

}  // namespace vdp::icechunk
