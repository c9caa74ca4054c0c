#include "icechunk/upkeep/retained_objects.h"

#include <algorithm>

#include "base/task_pool.h"

namespace vdp::icechunk {
namespace {

/// Snapshots that are in memory at once.
constexpr std::size_t snapshots_at_once = 64;

std::vector<ChunkId> native_chunks(const Manifest& manifest) {
  std::vector<ChunkId> chunks;
  for (const ArrayManifest& array : manifest.arrays) {
    for (std::size_t row = 0; row < array.refs.size(); ++row) {
      if (array.refs.kind(row) == ChunkRefKind::native) chunks.push_back(array.refs[row].chunk_id);
    }
  }
  return chunks;
}

}  // namespace

Status RetainedObjects::check_stop() const {
  if (stop_ == nullptr || !stop_->load()) return {};
  return fail(ErrorKind::cancelled, "stopped before anything was deleted");
}

Status RetainedObjects::add(std::span<const SnapshotId> snapshots) {
  std::vector<SnapshotId> unread;
  for (const SnapshotId& id : snapshots) {
    if (!snapshots_.contains(id)) unread.push_back(id);
  }
  for (std::size_t begin = 0; begin < unread.size(); begin += snapshots_at_once) {
    VDP_TRY(add_group(std::span(unread).subspan(begin, std::min(snapshots_at_once, unread.size() - begin))));
  }
  return {};
}

Status RetainedObjects::add_group(std::span<const SnapshotId> ids) {
  VDP_TRY(check_stop());
  std::vector<Result<std::shared_ptr<const Snapshot>>> loaded(ids.size());
  parallel_for(ids.size(), threads_, [&](std::size_t i) { loaded[i] = repository_.load_snapshot(ids[i]); });
  std::vector<ManifestFile> unread;
  std::set<ManifestId> seen;
  for (const auto& snapshot : loaded) {
    if (!snapshot) return std::unexpected(snapshot.error());
    for (const ManifestFile& file : (*snapshot)->manifests) {
      if (!manifests_.contains(file.id) && seen.insert(file.id).second) unread.push_back(file);
    }
  }
  VDP_TRY(read_manifests(unread));
  // Only now: a snapshot counts as read together with its manifests, or not at all.
  snapshots_.insert(ids.begin(), ids.end());
  if (listener_) listener_(snapshots_.size(), manifests_.size());
  return {};
}

Status RetainedObjects::read_manifests(const std::vector<ManifestFile>& files) {
  for (std::size_t begin = 0; begin < files.size(); begin += threads_) {
    VDP_TRY(check_stop());
    const std::size_t count = std::min(threads_, files.size() - begin);
    std::vector<Result<std::vector<ChunkId>>> chunks(count);
    parallel_for(count, threads_, [&](std::size_t i) {
      const auto manifest = repository_.load_manifest(files[begin + i]);
      chunks[i] =
          manifest ? Result<std::vector<ChunkId>>(native_chunks(**manifest)) : std::unexpected(manifest.error());
    });
    for (std::size_t i = 0; i < count; ++i) {
      if (!chunks[i]) return std::unexpected(chunks[i].error());
      for (const ChunkId& id : *chunks[i]) chunks_.add(id);
      manifests_.insert(files[begin + i].id);
    }
    if (listener_) listener_(snapshots_.size(), manifests_.size());
  }
  return {};
}

}  // namespace vdp::icechunk
