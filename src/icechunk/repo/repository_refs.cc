// Branches and tags of a repository, each change one update of `repo`.
#include <fmt/format.h>

#include <algorithm>

#include "icechunk/repo/repo_edit.h"
#include "icechunk/repo/repo_update.h"
#include "icechunk/repo/repository.h"
#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {
namespace {

constexpr std::string_view main_branch = "main";

Status check_ref_name(const std::string& name) {
  if (!name.empty()) return {};
  return invalid("a branch or tag needs a name");
}

Result<std::uint32_t> position_of(const RepoInfo& info, const SnapshotId& snapshot) {
  const auto position = info.find_snapshot(snapshot);
  if (!position) return not_found(fmt::format("no snapshot {} in the repository", snapshot.text()));
  return *position;
}

/// A name stands for one snapshot for ever.
Status check_tag_is_free(const RepoInfo& info, const std::string& name) {
  if (info.find_tag(name) != nullptr) return conflict(fmt::format("tag {} exists already", name));
  if (std::ranges::find(info.deleted_tags, name) != info.deleted_tags.end()) {
    return conflict(fmt::format("tag {} was deleted, its name is not free", name));
  }
  return {};
}

}  // namespace

Status Repository::create_branch(const std::string& name, const SnapshotId& snapshot) {
  VDP_TRY(check_ref_name(name));
  return update_repo(*state_, {BranchCreated{name},
                               [&](RepoInfo& info) -> Status {
                                 VDP_ASSIGN(const std::uint32_t position, position_of(info, snapshot));
                                 if (info.find_branch(name) != nullptr) {
                                   return conflict(fmt::format("branch {} exists already", name));
                                 }
                                 set_ref(info.branches, name, position);
                                 return {};
                               },
                               nullptr});
}

Status Repository::delete_branch(const std::string& name) {
  if (name == main_branch) return invalid("branch main cannot be deleted: every repository has it");
  RepoUpdate update;
  update.edit = [&](RepoInfo& info) -> Status {
    VDP_ASSIGN(const SnapshotId tip, resolve_in(info, Branch{name}));
    remove_ref(info.branches, name);
    update.entry = BranchDeleted{name, tip};
    return {};
  };
  return update_repo(*state_, update);
}

Status Repository::reset_branch(const std::string& name, const SnapshotId& to,
                                const std::optional<SnapshotId>& expected_tip) {
  RepoUpdate update;
  update.edit = [&](RepoInfo& info) -> Status {
    VDP_ASSIGN(const SnapshotId tip, resolve_in(info, Branch{name}));
    if (expected_tip && tip != *expected_tip) {
      return conflict(fmt::format("branch {} is at snapshot {}, expected {}", name, tip.text(), expected_tip->text()));
    }
    VDP_ASSIGN(const std::uint32_t position, position_of(info, to));
    set_ref(info.branches, name, position);
    update.entry = BranchReset{name, tip};
    return {};
  };
  return update_repo(*state_, update);
}

Status Repository::create_tag(const std::string& name, const SnapshotId& snapshot) {
  VDP_TRY(check_ref_name(name));
  return update_repo(*state_, {TagCreated{name},
                               [&](RepoInfo& info) -> Status {
                                 VDP_TRY(check_enabled(info, FeatureFlag::create_tag));
                                 VDP_ASSIGN(const std::uint32_t position, position_of(info, snapshot));
                                 VDP_TRY(check_tag_is_free(info, name));
                                 set_ref(info.tags, name, position);
                                 return {};
                               },
                               nullptr});
}

Status Repository::delete_tag(const std::string& name) {
  RepoUpdate update;
  update.edit = [&](RepoInfo& info) -> Status {
    VDP_TRY(check_enabled(info, FeatureFlag::delete_tag));
    VDP_ASSIGN(const SnapshotId snapshot, resolve_in(info, Tag{name}));
    remove_ref(info.tags, name);
    info.deleted_tags.insert(std::ranges::lower_bound(info.deleted_tags, name), name);
    update.entry = TagDeleted{name, snapshot};
    return {};
  };
  return update_repo(*state_, update);
}

}  // namespace vdp::icechunk
