// Repository::history and Repository::operations.
#include <fmt/format.h>

#include <set>

#include "icechunk/repo/operation_log.h"
#include "icechunk/repo/repository.h"
#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {
namespace {

Result<std::vector<SnapshotSummary>> walk(const RepoInfo& info, const SnapshotId& from, std::size_t limit) {
  std::vector<SnapshotSummary> history;
  auto at = static_cast<std::int32_t>(*info.find_snapshot(from));
  while (at >= 0 && history.size() < limit) {
    const SnapshotInfo& snapshot = info.snapshots[at];
    SnapshotSummary summary{snapshot.id, std::nullopt, snapshot.flushed_at_us, snapshot.message, {}};
    if (snapshot.parent >= 0) summary.parent = info.snapshots[snapshot.parent].id;
    VDP_ASSIGN_IN("snapshot " + snapshot.id.text(), summary.metadata, decode_metadata(snapshot.metadata, 2));
    history.push_back(std::move(summary));
    at = snapshot.parent;
  }
  return history;
}

/// In version 1 each snapshot names its parent.
Result<std::vector<SnapshotSummary>> walk_legacy(const RepositoryState& repository, SnapshotId from,
                                                 std::size_t limit) {
  std::vector<SnapshotSummary> history;
  std::set<SnapshotId> seen;
  std::optional<SnapshotId> at = from;
  while (at && history.size() < limit) {
    if (!seen.insert(*at).second) return corrupt(fmt::format("snapshot {} is its own ancestor", at->text()));
    VDP_ASSIGN(const auto snapshot, repository.load_snapshot(*at));
    VDP_ASSIGN_IN("snapshot " + at->text(), Json metadata, decode_metadata(snapshot->metadata, snapshot->spec_version));
    history.push_back(
        {snapshot->id, snapshot->parent, snapshot->flushed_at_us, snapshot->message, std::move(metadata)});
    at = snapshot->parent;
  }
  return history;
}

struct Describe {
  std::string operator()(const RepoInitialized&) const { return "repository created"; }
  std::string operator()(const RepoMigrated& update) const {
    return fmt::format("migrated from version {} to {}", update.from_version, update.to_version);
  }
  std::string operator()(const ConfigChanged&) const { return "configuration changed"; }
  std::string operator()(const MetadataChanged&) const { return "metadata changed"; }
  std::string operator()(const TagCreated& update) const { return "tag " + update.name + " created"; }
  std::string operator()(const TagDeleted& update) const {
    return fmt::format("tag {} deleted, was {}", update.name, update.previous.text());
  }
  std::string operator()(const BranchCreated& update) const { return "branch " + update.name + " created"; }
  std::string operator()(const BranchDeleted& update) const {
    return fmt::format("branch {} deleted, was {}", update.name, update.previous.text());
  }
  std::string operator()(const BranchReset& update) const {
    return fmt::format("branch {} reset, was {}", update.name, update.previous.text());
  }
  std::string operator()(const NewCommit& update) const {
    return fmt::format("new commit {} on branch {}", update.snapshot.text(), update.branch);
  }
  std::string operator()(const CommitAmended& update) const {
    return fmt::format("commit {} amended as {} on branch {}", update.previous.text(), update.snapshot.text(),
                       update.branch);
  }
  std::string operator()(const NewDetachedSnapshot& update) const {
    return "new snapshot " + update.snapshot.text() + " without a branch";
  }
  std::string operator()(const GarbageCollected&) const { return "garbage collected"; }
  std::string operator()(const SnapshotsExpired&) const { return "snapshots expired"; }
  std::string operator()(const FeatureFlagChanged& update) const {
    return fmt::format("feature flag {} {}", update.flag,
                       !update.is_set     ? "back to its default"
                       : update.new_value ? "set"
                                          : "cleared");
  }
  std::string operator()(const StatusChanged& update) const {
    switch (update.status.availability) {
      case Availability::online:
        return "status: online";
      case Availability::read_only:
        return "status: read-only";
      case Availability::offline:
        break;
    }
    return "status: offline";
  }
  std::string operator()(const UnknownUpdate& update) const {
    return fmt::format("an operation of the unknown type {}", update.type);
  }
};

}  // namespace

Result<std::vector<SnapshotSummary>> Repository::history(const Revision& revision, std::size_t limit) const {
  if (format_version() == 1) {
    VDP_ASSIGN(const SnapshotId from, resolve(revision));
    return walk_legacy(*state_, from, limit);
  }
  VDP_ASSIGN(const auto repo, state_->load_repo());
  VDP_ASSIGN(const SnapshotId from, resolve_in(repo->info, revision));
  return walk(repo->info, from, limit);
}

Result<std::vector<Operation>> Repository::operations(std::size_t limit) const {
  std::vector<Operation> operations;
  if (format_version() == 1) return operations;
  VDP_ASSIGN(const auto repo, state_->load_repo());
  VDP_TRY(for_each_log_part(*state_, repo->info, [&](const RepoInfo& part) {
    for (const UpdateEntry& entry : part.latest_updates) {
      if (operations.size() == limit) return false;
      operations.push_back({entry.updated_at_us, std::visit(Describe{}, entry.update), entry.update});
    }
    return true;
  }));
  return operations;
}

}  // namespace vdp::icechunk
