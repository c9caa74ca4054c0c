#include "icechunk/upkeep/collect.h"

#include <fmt/format.h>

#include <algorithm>

#include "icechunk/repo/repo_update.h"
#include "icechunk/upkeep/history_edit.h"
#include "icechunk/upkeep/retained_objects.h"

namespace vdp::icechunk {
namespace {

constexpr int max_plans = 10;
constexpr std::string_view snapshots_prefix = "snapshots/";
constexpr std::string_view transaction_logs_prefix = "transactions/";
constexpr std::string_view manifests_prefix = "manifests/";
constexpr std::string_view chunks_prefix = "chunks/";

/// The snapshots whose objects are older than the cutoff.
Result<IdSet<SnapshotId>> list_old_snapshots(ObjectStore& store, TimestampUs cutoff_us) {
  IdSet<SnapshotId> old;
  const auto visit = [&](const std::vector<ObjectInfo>& page) -> Status {
    for (const ObjectInfo& object : page) {
      const auto id = id_of_key(object.key, snapshots_prefix);
      if (id && written_before(object, cutoff_us)) old.add(*id);
    }
    return {};
  };
  const Status listed = store.list_pages(snapshots_prefix, "", visit);
  if (!listed) return std::unexpected(within(store.url(), listed.error()));
  return old;
}

class Collector {
 public:
  Collector(const Repository& repository, const CollectOptions& options)
      : repository_(repository),
        state_(repository.state()),
        options_(options),
        retained_(state_, std::max<std::size_t>(options.threads, 1), options.stop,
                  [this](std::uint64_t snapshots, std::uint64_t manifests) {
                    progress_.snapshots_read = snapshots;
                    progress_.manifests_read = manifests;
                    tell();
                  }) {}

  Result<CollectReport> run() {
    VDP_TRY(repository_.writable());
    VDP_TRY(check_age(state_.clock(), options_.older_than_us, options_.minimum_age_us));
    VDP_TRY(choose_cutoff());
    VDP_TRY(options_.dry_run ? preview() : release());
    VDP_TRY(delete_objects());
    return report_;
  }

 private:
  Status choose_cutoff() {
    report_.cutoff_us = options_.older_than_us;
    if (options_.dry_run) return {};
    VDP_ASSIGN(const TimestampUs store_now_us, store_time(state_));
    report_.cutoff_us = std::min(options_.older_than_us, store_now_us - options_.minimum_age_us);
    return {};
  }

  /// Which snapshots are doomed, and what the others need.
  Status plan(const RepoInfo& info, IdSet<SnapshotId>& old) {
    VDP_TRY(check_format_version(info));
    const SnapshotFlags reachable = reachable_snapshots(info);
    std::vector<SnapshotId> kept;
    doomed_.clear();
    for (std::size_t at = 0; at < info.snapshots.size(); ++at) {
      const SnapshotId& id = info.snapshots[at].id;
      const bool stays = reachable[at] || !old.contains(id);
      if (stays) {
        kept.push_back(id);
      } else {
        doomed_.insert(id);
      }
    }
    return retained_.add(kept);
  }

  Status preview() {
    VDP_ASSIGN(IdSet<SnapshotId> old, list_old_snapshots(state_.store(), report_.cutoff_us));
    VDP_ASSIGN(const auto repo, state_.load_repo());
    RepoInfo info = repo->info;
    if (options_.after_expiry) VDP_TRY(expire_snapshots(info, *options_.after_expiry));
    VDP_TRY(plan(info, old));
    VDP_TRY(edit(info));
    keep_transaction_logs(info);
    return {};
  }

  Status release() {
    for (int i = 0; i < max_plans; ++i) {
      // Listed before `repo` is read: what is in `repo` and not in the listing is new, not lost.
      VDP_ASSIGN(IdSet<SnapshotId> old, list_old_snapshots(state_.store(), report_.cutoff_us));
      VDP_ASSIGN(const auto repo, state_.load_repo());
      VDP_TRY(plan(repo->info, old));
      plan_is_outdated_ = false;
      const Status updated =
          update_repo(state_, {GarbageCollected{}, [&](RepoInfo& info) { return edit(info); }, nullptr});
      if (updated) return keep_newest();
      if (!plan_is_outdated_) return updated;
    }
    return fail(ErrorKind::transient,
                fmt::format("{}: gave up after {} plans: somebody goes on to use what nothing referred to before",
                            state_.store().url(), max_plans));
  }

  /// Takes the doomed snapshots out of `info`, which may have changed since the plan was made.
  Status edit(RepoInfo& info) {
    VDP_TRY(check_format_version(info));
    SnapshotFlags dropped(info.snapshots.size(), false);
    std::vector<SnapshotId> dropped_ids;
    for (std::size_t at = 0; at < dropped.size(); ++at) {
      dropped[at] = doomed_.contains(info.snapshots[at].id);
      if (dropped[at]) dropped_ids.push_back(info.snapshots[at].id);
    }
    VDP_TRY(check_plan(info, dropped));
    VDP_TRY(drop_snapshots(info, dropped, NewParent::nearest_kept));
    report_.released = std::move(dropped_ids);
    return {};
  }

  /// Fails where a ref or a new snapshot depends on a doomed one.
  Status check_plan(const RepoInfo& info, const SnapshotFlags& dropped) {
    for (const auto* refs : {&info.branches, &info.tags}) {
      for (const NamedRef& ref : *refs) {
        if (dropped[ref.snapshot]) return outdated(ref.name, info.snapshots[ref.snapshot].id);
      }
    }
    for (std::size_t at = 0; at < dropped.size(); ++at) {
      const SnapshotInfo& snapshot = info.snapshots[at];
      const bool is_new = !dropped[at] && !retained_.has_snapshot(snapshot.id);
      if (is_new && snapshot.parent >= 0 && dropped[snapshot.parent]) {
        return outdated(snapshot.id.text(), info.snapshots[snapshot.parent].id);
      }
    }
    return {};
  }

  Failure outdated(const std::string& user, const SnapshotId& doomed) {
    plan_is_outdated_ = true;
    return conflict(fmt::format("{} came to depend on snapshot {} just now", user, doomed.text()));
  }

  /// Whatever `repo` holds after our update is kept. That a new snapshot's parent stays is not enough: an amended
  /// commit has the parent of the one that it replaces, and yet it may need the manifests of that one, which may be
  /// doomed.
  Status keep_newest() {
    VDP_ASSIGN(const auto repo, state_.load_repo());
    VDP_TRY(check_format_version(repo->info));
    std::vector<SnapshotId> all;
    for (const SnapshotInfo& snapshot : repo->info.snapshots) all.push_back(snapshot.id);
    VDP_TRY(retained_.add(all));
    keep_transaction_logs(repo->info);
    return {};
  }

  void keep_transaction_logs(const RepoInfo& info) {
    for (const SnapshotId& id : retained_.snapshots()) logs_.add(id);
    for (const SnapshotInfo& snapshot : info.snapshots) {
      for (const SnapshotId& id : snapshot.pruned_ancestor_logs) logs_.add(id);
    }
  }

  Status delete_objects() {
    VDP_TRY(sweep_kind(snapshots_prefix, &ObjectTotals::snapshots,
                       [&](const Id<12>& id) { return retained_.has_snapshot(id); }));
    VDP_TRY(sweep_kind(transaction_logs_prefix, &ObjectTotals::transaction_logs,
                       [&](const Id<12>& id) { return logs_.contains(id); }));
    VDP_TRY(sweep_kind(manifests_prefix, &ObjectTotals::manifests,
                       [&](const Id<12>& id) { return retained_.has_manifest(id); }));
    return sweep_kind(chunks_prefix, &ObjectTotals::chunks, [&](const Id<12>& id) { return retained_.has_chunk(id); });
  }

  Status sweep_kind(std::string_view prefix, ObjectTotal ObjectTotals::* kind,
                    const std::function<bool(const Id<12>&)>& is_kept) {
    SweepOptions options{report_.cutoff_us, options_.dry_run, options_.max_batch, options_.stop, nullptr};
    const ObjectTotal before = report_.deleted.total();
    options.on_deleted = [&](const ObjectTotal& deleted) {
      progress_.deleted = before;
      progress_.deleted += deleted;
      tell();
    };
    VDP_ASSIGN(const Swept swept, sweep(state_.store(), prefix, options, is_kept));
    report_.deleted.*kind = swept.deleted;
    report_.kept.*kind = swept.kept;
    return {};
  }

  void tell() const {
    if (options_.on_progress) options_.on_progress(progress_);
  }

  const Repository& repository_;
  RepositoryState& state_;
  const CollectOptions& options_;
  RetainedObjects retained_;
  std::set<SnapshotId> doomed_;
  IdSet<SnapshotId> logs_;
  bool plan_is_outdated_ = false;
  CollectProgress progress_;
  CollectReport report_;
};

}  // namespace

ObjectTotal ObjectTotals::total() const {
  ObjectTotal sum;
  for (const ObjectTotal* kind : {&snapshots, &transaction_logs, &manifests, &chunks}) sum += *kind;
  return sum;
}

Result<CollectReport> collect(const Repository& repository, const CollectOptions& options) {
  return Collector(repository, options).run();
}

}  // namespace vdp::icechunk
