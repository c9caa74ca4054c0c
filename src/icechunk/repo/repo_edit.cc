#include "icechunk/repo/repo_edit.h"

#include <algorithm>

namespace vdp::icechunk {

std::uint32_t insert_snapshot(RepoInfo& info, SnapshotInfo snapshot) {
  const auto at = std::ranges::lower_bound(info.snapshots, snapshot.id, {}, &SnapshotInfo::id);
  const auto position = static_cast<std::uint32_t>(at - info.snapshots.begin());
  const auto shift = [position](auto& index) {
    if (index >= static_cast<std::int64_t>(position)) ++index;
  };
  for (NamedRef& ref : info.branches) shift(ref.snapshot);
  for (NamedRef& ref : info.tags) shift(ref.snapshot);
  for (SnapshotInfo& other : info.snapshots) shift(other.parent);
  shift(snapshot.parent);
  info.snapshots.insert(at, std::move(snapshot));
  return position;
}

void set_ref(std::vector<NamedRef>& refs, const std::string& name, std::uint32_t snapshot) {
  const auto at = std::ranges::lower_bound(refs, name, {}, &NamedRef::name);
  if (at != refs.end() && at->name == name) {
    at->snapshot = snapshot;
  } else {
    refs.insert(at, {name, snapshot});
  }
}

std::optional<std::uint32_t> remove_ref(std::vector<NamedRef>& refs, const std::string& name) {
  const auto at = std::ranges::lower_bound(refs, name, {}, &NamedRef::name);
  if (at == refs.end() || at->name != name) return std::nullopt;
  const std::uint32_t snapshot = at->snapshot;
  refs.erase(at);
  return snapshot;
}

void log_update(RepoInfo& info, Update update, const std::string& backup, TimestampUs now_us, std::size_t max_entries) {
  std::vector<UpdateEntry> former = std::move(info.latest_updates);
  info.latest_updates.clear();
  const TimestampUs earliest = former.empty() ? 0 : former.front().updated_at_us + 1;
  info.latest_updates.push_back({std::move(update), std::max(now_us, earliest), std::nullopt});
  if (!former.empty()) former.front().backup = backup;
  for (UpdateEntry& entry : former) {
    // Entries without a backup (of a migration) cannot be found again, so the log is never cut at one.
    if (info.latest_updates.size() >= max_entries && entry.backup) {
      info.updates_before = entry.backup;
      break;
    }
    info.latest_updates.push_back(std::move(entry));
  }
}

bool has_backup(const RepoInfo& info, const std::string& backup) {
  return info.updates_before == backup ||
         std::ranges::any_of(info.latest_updates, [&](const UpdateEntry& entry) { return entry.backup == backup; });
}

}  // namespace vdp::icechunk
