// migrated_repo_info of legacy_repository.h: no I/O.
#include <algorithm>
#include <set>

#include "icechunk/upkeep/legacy_repository.h"

namespace vdp::icechunk {
namespace {

constexpr TimestampUs created_after_us = 1000;
constexpr TimestampUs deleted_after_us = 2000;
constexpr const char* main_branch = "main";

/// The operations log that the history tells of, the oldest entry first.
class MadeUpLog {
 public:
  explicit MadeUpLog(const LegacyRepository& repository) : repository_(repository) {
    for (auto at = repository.refs.branches.at(main_branch);; at = *snapshot(at).parent) {
      root_ = at;
      if (!snapshot(at).parent) break;
    }
  }

  TimestampUs root_flushed_at_us() const { return snapshot(root_).flushed_at_us; }

  /// Newest first, as `repo` has it; the newest is the migration itself.
  std::vector<UpdateEntry> entries(TimestampUs now_us) {
    const Refs& refs = repository_.refs;
    entries_.push_back({RepoInitialized{}, root_flushed_at_us(), std::nullopt});
    add_commits(main_branch, refs.branches.at(main_branch));
    for (const auto& [name, tip] : refs.branches) {
      if (name == main_branch) continue;
      add_commits(name, tip);
      add(BranchCreated{name}, tip, created_after_us, created_);
    }
    for (const auto& [name, tip] : refs.tags) add(TagCreated{name}, tip, created_after_us, created_);
    for (const auto& [name, tip] : refs.deleted_tags) {
      if (!tip) continue;
      add(TagCreated{name}, *tip, created_after_us, created_);
      add(TagDeleted{name, *tip}, *tip, deleted_after_us, deleted_);
    }
    std::ranges::stable_sort(entries_, {}, &UpdateEntry::updated_at_us);
    entries_.push_back({RepoMigrated{1, 2}, now_us, std::nullopt});
    for (std::size_t i = 1; i < entries_.size(); ++i) {
      entries_[i].updated_at_us = std::max(entries_[i].updated_at_us, entries_[i - 1].updated_at_us + 1);
    }
    std::ranges::reverse(entries_);
    return std::move(entries_);
  }

 private:
  using Counts = std::map<SnapshotId, TimestampUs>;

  const LegacySnapshot& snapshot(const SnapshotId& id) const { return repository_.snapshots.at(id); }

  /// Those of the branch that are no other branch's yet.
  void add_commits(const std::string& branch, SnapshotId at) {
    while (claimed_.insert(at).second) {
      const LegacySnapshot& commit = snapshot(at);
      if (!commit.parent) return;
      entries_.push_back({NewCommit{branch, at}, commit.flushed_at_us, std::nullopt});
      at = *commit.parent;
    }
  }

  /// One microsecond later for each that the snapshot has already.
  void add(Update update, const SnapshotId& tip, TimestampUs after_us, Counts& counts) {
    const SnapshotId& at = repository_.snapshots.contains(tip) ? tip : root_;
    entries_.push_back({std::move(update), snapshot(at).flushed_at_us + after_us + counts[at]++, std::nullopt});
  }

  const LegacyRepository& repository_;
  SnapshotId root_;
  std::set<SnapshotId> claimed_;
  Counts created_;
  Counts deleted_;
  std::vector<UpdateEntry> entries_;
};

std::vector<NamedRef> named_refs(const std::map<std::string, SnapshotId>& names, const RepoInfo& info) {
  std::vector<NamedRef> refs;
  for (const auto& [name, tip] : names) refs.push_back({name, *info.find_snapshot(tip)});
  return refs;
}

}  // namespace

Result<RepoInfo> migrated_repo_info(const LegacyRepository& repository, TimestampUs now_us) {
  if (!repository.refs.branches.contains(main_branch)) {
    return corrupt("refs: no branch main, which every repository has");
  }
  RepoInfo info;
  for (const auto& [id, snapshot] : repository.snapshots) {
    info.snapshots.push_back({id, -1, snapshot.flushed_at_us, snapshot.message, snapshot.metadata, {}});
  }
  for (SnapshotInfo& snapshot : info.snapshots) {
    const auto& parent = repository.snapshots.at(snapshot.id).parent;
    if (parent) snapshot.parent = static_cast<std::int32_t>(*info.find_snapshot(*parent));
  }
  info.branches = named_refs(repository.refs.branches, info);
  info.tags = named_refs(repository.refs.tags, info);
  for (const auto& [name, tip] : repository.refs.deleted_tags) info.deleted_tags.push_back(name);
  MadeUpLog log(repository);
  info.status.set_at_us = log.root_flushed_at_us();
  info.latest_updates = log.entries(now_us);
  if (!repository.config.is_default()) info.config = encode_flexbuffer(repository.config.document());
  return info;
}

}  // namespace vdp::icechunk
