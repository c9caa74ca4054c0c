#include "icechunk/upkeep/history_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace vdp::icechunk {
namespace {

/// Every edited snapshot may remember a whole history. `repo` is one FlatBuffer of at most 2 GiB, and this is 600 MB.
constexpr std::size_t max_remembered_logs = 50'000'000;

/// What a snapshot that lost its parent becomes.
struct Adoption {
  std::uint32_t snapshot = 0;
  std::int32_t parent = -1;
  std::vector<SnapshotId> logs;
};

class Adoptions {
 public:
  Adoptions(const RepoInfo& info, const SnapshotFlags& dropped, NewParent rule)
      : info_(info), dropped_(dropped), rule_(rule) {}

  Status find_all() {
    for (std::uint32_t at = 0; at < info_.snapshots.size(); ++at) {
      const std::int32_t parent = info_.snapshots[at].parent;
      if (!dropped_[at] && parent >= 0 && dropped_[parent]) VDP_TRY(find(at));
    }
    return {};
  }

  std::vector<Adoption>& found() { return found_; }

 private:
  bool ends_walk(std::int32_t ancestor) const {
    return rule_ == NewParent::root ? info_.snapshots[ancestor].parent < 0 : !dropped_[ancestor];
  }

  /// Parents form no circle: decoding has checked it.
  Status find(std::uint32_t at) {
    std::vector<std::int32_t> passed;  // the youngest first
    std::int32_t ancestor = info_.snapshots[at].parent;
    for (; ancestor >= 0 && !ends_walk(ancestor); ancestor = info_.snapshots[ancestor].parent) {
      passed.push_back(ancestor);
      VDP_TRY(remember(info_.snapshots[ancestor].pruned_ancestor_logs.size() + 1));
    }
    Adoption adoption{at, ancestor, {}};
    for (const std::int32_t position : std::views::reverse(passed)) {
      const SnapshotInfo& snapshot = info_.snapshots[position];
      adoption.logs.insert(adoption.logs.end(), snapshot.pruned_ancestor_logs.begin(),
                           snapshot.pruned_ancestor_logs.end());
      adoption.logs.push_back(snapshot.id);
    }
    const auto& own = info_.snapshots[at].pruned_ancestor_logs;
    adoption.logs.insert(adoption.logs.end(), own.begin(), own.end());
    found_.push_back(std::move(adoption));
    return {};
  }

  Status remember(std::size_t logs) {
    remembered_ += logs;
    if (remembered_ <= max_remembered_logs) return {};
    return over_limit(fmt::format(
        "the snapshots that stay would have to remember more than {} transaction logs of those that go: fewer tags "
        "and branches on old snapshots need fewer",
        max_remembered_logs));
  }

  const RepoInfo& info_;
  const SnapshotFlags& dropped_;
  const NewParent rule_;
  std::vector<Adoption> found_;
  std::size_t remembered_ = 0;
};

Status check_unnamed(const RepoInfo& info, const std::vector<NamedRef>& refs, const SnapshotFlags& dropped) {
  for (const NamedRef& ref : refs) {
    if (dropped[ref.snapshot]) {
      return internal(
          fmt::format("snapshot {} cannot leave, {} names it", info.snapshots[ref.snapshot].id.text(), ref.name));
    }
  }
  return {};
}

/// Nothing that stays refers to what is flagged.
void remove_flagged(RepoInfo& info, const SnapshotFlags& dropped) {
  std::vector<std::int32_t> new_position(info.snapshots.size(), -1);
  std::vector<SnapshotInfo> kept;
  for (std::size_t at = 0; at < info.snapshots.size(); ++at) {
    if (dropped[at]) continue;
    new_position[at] = static_cast<std::int32_t>(kept.size());
    kept.push_back(std::move(info.snapshots[at]));
  }
  for (SnapshotInfo& snapshot : kept) {
    if (snapshot.parent >= 0) snapshot.parent = new_position[snapshot.parent];
  }
  for (auto* refs : {&info.branches, &info.tags}) {
    for (NamedRef& ref : *refs) ref.snapshot = static_cast<std::uint32_t>(new_position[ref.snapshot]);
  }
  info.snapshots = std::move(kept);
}

}  // namespace

SnapshotFlags reachable_snapshots(const RepoInfo& info) {
  SnapshotFlags reachable(info.snapshots.size(), false);
  for (const auto* refs : {&info.branches, &info.tags}) {
    for (const NamedRef& ref : *refs) {
      auto at = static_cast<std::int32_t>(ref.snapshot);
      for (; at >= 0 && !reachable[at]; at = info.snapshots[at].parent) reachable[at] = true;
    }
  }
  return reachable;
}

Result<std::vector<SnapshotId>> drop_snapshots(RepoInfo& info, const SnapshotFlags& dropped, NewParent rule) {
  VDP_TRY(check_unnamed(info, info.branches, dropped));
  VDP_TRY(check_unnamed(info, info.tags, dropped));
  // All are found before the first is changed: what an ancestor remembers now is what counts.
  Adoptions adoptions(info, dropped, rule);
  VDP_TRY(adoptions.find_all());
  std::vector<SnapshotId> edited;
  for (Adoption& adoption : adoptions.found()) {
    SnapshotInfo& snapshot = info.snapshots[adoption.snapshot];
    snapshot.parent = adoption.parent;
    snapshot.pruned_ancestor_logs = std::move(adoption.logs);
    edited.push_back(snapshot.id);
  }
  remove_flagged(info, dropped);
  return edited;
}

}  // namespace vdp::icechunk
