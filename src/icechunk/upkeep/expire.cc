#include "icechunk/upkeep/expire.h"

#include <fnmatch.h>

#include <algorithm>

#include "icechunk/repo/feature_flag.h"
#include "icechunk/repo/repo_update.h"
#include "icechunk/upkeep/history_edit.h"

namespace vdp::icechunk {
namespace {

constexpr std::string_view main_branch = "main";

SnapshotFlags old_snapshots(const RepoInfo& info, TimestampUs older_than_us) {
  SnapshotFlags old(info.snapshots.size(), false);
  for (std::size_t at = 0; at < old.size(); ++at) {
    old[at] = info.snapshots[at].parent >= 0 && info.snapshots[at].flushed_at_us < older_than_us;
  }
  return old;
}

bool is_named(const std::vector<std::string>& patterns, const std::string& name) {
  return std::ranges::any_of(patterns,
                             [&](const std::string& one) { return fnmatch(one.c_str(), name.c_str(), 0) == 0; });
}

bool stays(const NamedRef& branch, const SnapshotFlags& old, const ExpireOptions& options) {
  return options.branches == ExpiredRefs::keep || branch.name == main_branch || !old[branch.snapshot] ||
         is_named(options.protected_branches, branch.name);
}

bool stays_as_tag(const NamedRef& tag, const SnapshotFlags& old, const ExpireOptions& options) {
  return options.tags == ExpiredRefs::keep || !old[tag.snapshot] || is_named(options.protected_tags, tag.name);
}

/// Old ones, but for the tips that stay, and what else is asked for.
SnapshotFlags released_snapshots(const RepoInfo& info, const SnapshotFlags& old, const ExpireOptions& options) {
  SnapshotFlags released = old;
  for (const NamedRef& branch : info.branches) {
    if (!stays(branch, old, options)) continue;
    released[branch.snapshot] = false;
    auto at = static_cast<std::int32_t>(branch.snapshot);
    for (std::size_t i = 0; i < options.keep_newest && at >= 0; ++i, at = info.snapshots[at].parent) {
      released[at] = false;
    }
  }
  for (const NamedRef& tag : info.tags) {
    if (stays_as_tag(tag, old, options)) released[tag.snapshot] = false;
  }
  return released;
}

/// Takes out the refs that name an old snapshot, whether that one stays for another ref's sake or not.
template <typename IsRemoved>
std::vector<std::string> remove_refs(std::vector<NamedRef>& refs, const IsRemoved& is_removed) {
  std::vector<std::string> removed;
  std::erase_if(refs, [&](const NamedRef& ref) {
    if (!is_removed(ref)) return false;
    removed.push_back(ref.name);
    return true;
  });
  return removed;
}

std::vector<std::string> remove_old_branches(RepoInfo& info, const SnapshotFlags& old, const ExpireOptions& options) {
  return remove_refs(info.branches, [&](const NamedRef& branch) { return !stays(branch, old, options); });
}

Result<std::vector<std::string>> remove_old_tags(RepoInfo& info, const SnapshotFlags& old,
                                                 const ExpireOptions& options) {
  std::vector<std::string> removed =
      remove_refs(info.tags, [&](const NamedRef& tag) { return !stays_as_tag(tag, old, options); });
  if (!removed.empty()) VDP_TRY(check_enabled(info, FeatureFlag::delete_tag));
  info.deleted_tags.insert(info.deleted_tags.end(), removed.begin(), removed.end());
  std::ranges::sort(info.deleted_tags);
  return removed;
}

std::vector<SnapshotId> flagged_ids(const RepoInfo& info, const SnapshotFlags& flags) {
  std::vector<SnapshotId> ids;
  for (std::size_t at = 0; at < flags.size(); ++at) {
    if (flags[at]) ids.push_back(info.snapshots[at].id);
  }
  return ids;
}

}  // namespace

Result<ExpireReport> expire_snapshots(RepoInfo& info, const ExpireOptions& options) {
  if (info.find_branch(main_branch) == nullptr) return corrupt("repo: no branch main, which every repository has");
  const SnapshotFlags old = old_snapshots(info, options.older_than_us);
  const SnapshotFlags released = released_snapshots(info, old, options);
  ExpireReport report;
  report.released = flagged_ids(info, released);
  if (options.branches == ExpiredRefs::remove) report.deleted_branches = remove_old_branches(info, old, options);
  if (options.tags == ExpiredRefs::remove) {
    VDP_ASSIGN(report.deleted_tags, remove_old_tags(info, old, options));
  }
  VDP_ASSIGN(report.edited, drop_snapshots(info, released, NewParent::root));
  report.kept = info.snapshots.size();
  return report;
}

Result<ExpireReport> expire(const Repository& repository, const ExpireOptions& options) {
  RepositoryState& state = repository.state();
  VDP_TRY(repository.writable());
  VDP_TRY(check_age(state.clock(), options.older_than_us, options.minimum_age_us));
  ExpireReport report;
  const auto edit = [&](RepoInfo& info) -> Status {
    VDP_TRY(check_format_version(info));
    VDP_ASSIGN(report, expire_snapshots(info, options));
    return {};
  };
  if (options.dry_run) {
    VDP_ASSIGN(const auto repo, state.load_repo());
    RepoInfo info = repo->info;
    VDP_TRY(edit(info));
    return report;
  }
  VDP_TRY(update_repo(state, {SnapshotsExpired{}, edit, nullptr}));
  return report;
}

}  // namespace vdp::icechunk
