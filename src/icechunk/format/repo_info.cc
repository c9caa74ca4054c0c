#include "icechunk/format/repo_info.h"

#include <algorithm>

namespace vdp::icechunk {
namespace {

const NamedRef* find_ref(const std::vector<NamedRef>& refs, std::string_view name) {
  const auto at =
      std::ranges::lower_bound(refs, name, {}, [](const NamedRef& ref) -> std::string_view { return ref.name; });
  return at != refs.end() && at->name == name ? &*at : nullptr;
}

}  // namespace

std::optional<std::uint32_t> RepoInfo::find_snapshot(const SnapshotId& id) const {
  const auto at = std::ranges::lower_bound(snapshots, id, {}, &SnapshotInfo::id);
  if (at == snapshots.end() || at->id != id) return std::nullopt;
  return static_cast<std::uint32_t>(at - snapshots.begin());
}

const NamedRef* RepoInfo::find_branch(std::string_view name) const { return find_ref(branches, name); }

const NamedRef* RepoInfo::find_tag(std::string_view name) const { return find_ref(tags, name); }

}  // namespace vdp::icechunk
