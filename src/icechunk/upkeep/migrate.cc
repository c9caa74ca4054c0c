#include "icechunk/upkeep/migrate.h"

#include <fmt/format.h>

#include <algorithm>

#include "icechunk/repo/first_repo_object.h"
#include "icechunk/repo/legacy_config.h"
#include "icechunk/repo/legacy_refs.h"
#include "icechunk/repo/operation_log.h"
#include "icechunk/repo/repository_state.h"
#include "icechunk/upkeep/legacy_repository.h"

namespace vdp::icechunk {
namespace {

constexpr std::string_view refs_prefix = "refs/";
constexpr int max_attempts = 5;

bool same_refs(const Refs& a, const Refs& b) {
  return a.branches == b.branches && a.tags == b.tags && a.deleted_tags == b.deleted_tags;
}

/// Whether `repo` came out of a migration, and not out of nothing: only then are former refs its own.
Result<bool> came_from_version_one(const RepositoryState& repository, const RepoInfo& info) {
  bool found = false;
  VDP_TRY(for_each_log_part(repository, info, [&](const RepoInfo& part) {
    found = std::ranges::any_of(part.latest_updates, [](const UpdateEntry& entry) {
      return std::holds_alternative<RepoMigrated>(entry.update);
    });
    return !found;
  }));
  return found;
}

/// A former name at a snapshot that `repo` does not know was moved by a writer of version 1 that came too late.
Status check_nothing_is_lost(const Refs& former, const RepoInfo& info) {
  for (const auto* names : {&former.branches, &former.tags}) {
    for (const auto& [name, tip] : *names) {
      if (info.find_snapshot(tip)) continue;
      return conflict(fmt::format(
          "refs: {} is at snapshot {}, which `repo` does not know: a writer of format version 1 was at work "
          "during or after the migration. Nothing was deleted. Stop such writers; to have that snapshot, "
          "remove the object `repo` and migrate again, or, if it is not wanted, remove the folder refs",
          name, tip.text()));
    }
  }
  return {};
}

class Migration {
 public:
  Migration(const MigrateOptions& options, const Repository& repository)
      : options_(options), repository_(repository.state()), store_(repository.store()) {}

  Result<MigrateReport> run() {
    if (repository_.format_version() == 2) {
      VDP_TRY(finish_former_run());
      return report_;
    }
    VDP_ASSIGN(const RepoInfo info, build());
    if (!options_.dry_run) {
      VDP_TRY(put_first_repo(repository_, object_));
      VDP_TRY(look_for_lost_names(info));
    }
    VDP_TRY(delete_former_objects());
    return report_;
  }

 private:
  /// Reads until nobody has changed a name meanwhile.
  Result<RepoInfo> build() {
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
      VDP_ASSIGN(const LegacyRepository legacy, load_legacy_repository(store_, options_.threads));
      VDP_ASSIGN_IN(store_.url(), RepoInfo info, migrated_repo_info(legacy, repository_.clock().now_us()));
      VDP_ASSIGN(object_, encode_repo_info(info));
      // What is about to decide over everything is read once as readers will.
      VDP_TRY(decode_repo_info(object_));
      VDP_ASSIGN(const Refs now, load_legacy_refs(store_));
      if (!same_refs(legacy.refs, now)) continue;
      tell(info);
      return info;
    }
    return conflict(fmt::format("{}: somebody goes on to write to the repository; gave up after {} attempts",
                                store_.url(), max_attempts));
  }

  void tell(const RepoInfo& info) {
    report_.snapshots = info.snapshots.size();
    report_.branches = info.branches.size();
    report_.tags = info.tags.size();
    report_.deleted_tags = info.deleted_tags.size();
    report_.operations = info.latest_updates.size();
    report_.has_config = info.config.has_value();
    report_.repo_bytes = object_.size();
  }

  /// All that a former run may have left is former refs.
  Status finish_former_run() {
    report_.was_migrated = true;
    VDP_ASSIGN(const auto repo, repository_.load_repo());
    VDP_ASSIGN(const bool migrated, came_from_version_one(repository_, repo->info));
    if (!migrated || !options_.delete_former_refs) return {};
    VDP_TRY(look_for_lost_names(repo->info));
    return delete_former_objects();
  }

  /// Names have no checksum: one that was read wrong is read once more before it is called lost.
  Status look_for_lost_names(const RepoInfo& info) {
    VDP_ASSIGN(const Refs former, load_legacy_refs(store_));
    if (check_nothing_is_lost(former, info)) return {};
    VDP_ASSIGN(const Refs again, load_legacy_refs(store_));
    return check_nothing_is_lost(again, info);
  }

  Status delete_former_objects() {
    if (!options_.delete_former_refs) return {};
    VDP_ASSIGN_IN(store_.url(), const std::vector<ObjectInfo> refs, store_.list(refs_prefix));
    std::vector<std::string> keys;
    for (const ObjectInfo& object : refs) keys.push_back(object.key);
    const auto config = store_.head(legacy_config_key);
    if (config) keys.emplace_back(legacy_config_key);
    if (!config && config.error().kind != ErrorKind::not_found) return std::unexpected(config.error());
    report_.deleted_objects = keys.size();
    if (options_.dry_run || keys.empty()) return {};
    VDP_TRY(store_.remove_all(keys));
    return {};
  }

  const MigrateOptions& options_;
  RepositoryState& repository_;
  ObjectStore& store_;
  Bytes object_;  ///< `repo`
  MigrateReport report_;
};

}  // namespace

Result<MigrateReport> migrate(ObjectStorePtr store, const MigrateOptions& options,
                              const RepositoryOptions& repository_options) {
  VDP_ASSIGN(const Repository repository, Repository::open(std::move(store), repository_options));
  return Migration(options, repository).run();
}

}  // namespace vdp::icechunk
