#include "icechunk/trials/repository_check.h"

#include <fmt/format.h>

#include "icechunk/format/manifest.h"
#include "icechunk/format/snapshot.h"
#include "icechunk/format/transaction_log.h"
#include "icechunk/repo/object_keys.h"

namespace vdp::icechunk {
namespace {

/// Positions of all snapshots that a branch or a tag leads to.
std::set<std::uint32_t> reach(const RepoInfo& info) {
  std::set<std::uint32_t> reached;
  for (const auto* refs : {&info.branches, &info.tags}) {
    for (const NamedRef& ref : *refs) {
      auto at = static_cast<std::int32_t>(ref.snapshot);
      while (at >= 0 && reached.insert(static_cast<std::uint32_t>(at)).second) at = info.snapshots[at].parent;
    }
  }
  return reached;
}

}  // namespace

std::vector<std::string> RepositoryCheck::findings() {
  findings_.clear();
  reachable_.clear();
  const auto object = store_.get(repo_key);
  if (!object) {
    find("repo: " + object.error().text());
    return findings_;
  }
  Result<RepoInfo> info = decode_repo_info(object->bytes);
  if (!info) {
    find("repo: " + info.error().text());
    return findings_;
  }
  info_ = std::move(*info);
  check_log();
  reachable_ = reach(info_);
  for (const std::uint32_t at : reachable_) check_snapshot(info_.snapshots[at]);
  return findings_;
}

void RepositoryCheck::check_log() {
  const std::vector<UpdateEntry>& log = info_.latest_updates;
  if (log.empty()) return find("repo: an empty operations log");
  if (log.front().backup) find("repo: the newest entry of the operations log has a backup");
  for (std::size_t i = 1; i < log.size(); ++i) {
    if (log[i].updated_at_us >= log[i - 1].updated_at_us) find("repo: the operations log does not go back in time");
    if (!log[i].backup || backups_.contains(*log[i].backup)) continue;
    if (store_.head(backup_key(*log[i].backup))) {
      backups_.insert(*log[i].backup);
    } else {
      find("no " + backup_key(*log[i].backup));
    }
  }
}

void RepositoryCheck::check_snapshot(const SnapshotInfo& listed) {
  if (listed.parent >= 0 && info_.snapshots[listed.parent].flushed_at_us >= listed.flushed_at_us) {
    find(fmt::format("snapshot {} is not later than its parent", listed.id.text()));
  }
  for (const SnapshotId& pruned : listed.pruned_ancestor_logs) {
    if (whole_.contains(pruned)) continue;
    Keys keys;
    check_transaction_log(pruned, keys);
  }
  if (whole_.contains(listed.id)) return;
  const std::size_t before = findings_.size();
  const std::string key = snapshot_key(listed.id);
  Keys keys{key};
  check_transaction_log(listed.id, keys);
  const auto object = store_.get(key);
  const auto snapshot = object ? decode_snapshot(object->bytes) : std::unexpected(object.error());
  if (!snapshot) return find(fmt::format("{} ({}): {}", key, listed.message, snapshot.error().text()));
  if (snapshot->id != listed.id) find(fmt::format("{} holds {}", key, snapshot->id.text()));
  for (const ManifestFile& file : snapshot->manifests) check_manifest(file, keys);
  if (findings_.size() == before) whole_[listed.id] = std::move(keys);
}

void RepositoryCheck::check_transaction_log(const SnapshotId& id, Keys& keys) {
  const std::string key = transaction_log_key(id);
  const auto object = store_.get(key);
  const auto log = object ? decode_transaction_log(object->bytes) : std::unexpected(object.error());
  if (!log) return find(fmt::format("{}: {}", key, log.error().text()));
  if (log->id != id) find(fmt::format("{} holds {}", key, log->id.text()));
  keys.insert(key);
}

void RepositoryCheck::check_manifest(const ManifestFile& file, Keys& keys) {
  const std::string key = manifest_key(file.id);
  if (!whole_manifests_.contains(file.id)) {
    const auto object = store_.get(key);
    const auto manifest = object ? decode_manifest(object->bytes) : std::unexpected(object.error());
    if (!manifest) return find(fmt::format("{}: {}", key, manifest.error().text()));
    if (manifest->id != file.id) find(fmt::format("{} holds {}", key, manifest->id.text()));
    if (object->bytes.size() != file.size_bytes) {
      find(fmt::format("{} has {} bytes, its snapshot tells {}", key, object->bytes.size(), file.size_bytes));
    }
    Keys chunks{key};
    for (const ArrayManifest& array : manifest->arrays) {
      for (std::size_t row = 0; row < array.refs.size(); ++row) {
        if (array.refs.kind(row) != ChunkRefKind::native) continue;
        const ChunkRefView ref = array.refs[row];
        const std::string chunk = chunk_key(ref.chunk_id);
        const auto found = store_.head(chunk);
        if (!found) {
          find(fmt::format("{}: {}", chunk, found.error().text()));
        } else if (found->size < ref.offset + ref.length) {
          find(fmt::format("{} has {} bytes, {} refers to {}+{}", chunk, found->size, key, ref.offset, ref.length));
        }
        chunks.insert(chunk);
      }
    }
    whole_manifests_[file.id] = std::move(chunks);
  }
  const Keys& needed = whole_manifests_[file.id];
  keys.insert(needed.begin(), needed.end());
}

bool RepositoryCheck::is_needed(const std::string& key) {
  if (key == repo_key) return true;
  for (const std::uint32_t at : reachable_) {
    const SnapshotInfo& snapshot = info_.snapshots[at];
    if (const auto whole = whole_.find(snapshot.id); whole != whole_.end() && whole->second.contains(key)) return true;
    for (const SnapshotId& pruned : snapshot.pruned_ancestor_logs) {
      if (key == transaction_log_key(pruned)) return true;
    }
  }
  return false;
}

}  // namespace vdp::icechunk
