// Changes of RepoInfo as pure functions: orders, positions and the operations log stay as the format demands.
#pragma once

#include <optional>
#include <string>

#include "icechunk/format/repo_info.h"

namespace vdp::icechunk {

/// Puts the snapshot in its place in the order of ids; all positions that this shifts follow. `info.parent` is read as
/// a position before the insertion. Returns the new one's position.
std::uint32_t insert_snapshot(RepoInfo& info, SnapshotInfo snapshot);

/// Makes the ref or moves it.
void set_ref(std::vector<NamedRef>& refs, const std::string& name, std::uint32_t snapshot);
/// Takes the ref out; nothing where there is none. Returns the position that it named.
std::optional<std::uint32_t> remove_ref(std::vector<NamedRef>& refs, const std::string& name);

/// Puts `update` at the head of the operations log. The former head gets `backup`, the name of the copy that was made
/// of the object it described. Entries from the first that no longer fits into `max_entries` on are left to the backup
/// that this entry names. The entry's time is `now_us`, or just after the former head's where the clock is behind.
void log_update(RepoInfo& info, Update update, const std::string& backup, TimestampUs now_us, std::size_t max_entries);

/// Whether an update that made the copy `backup` is in the log.
bool has_backup(const RepoInfo& info, const std::string& backup);

}  // namespace vdp::icechunk
