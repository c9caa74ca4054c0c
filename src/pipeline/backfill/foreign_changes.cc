#include "pipeline/backfill/foreign_changes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <set>

#include "base/json.h"
#include "icechunk/repo/diff.h"
#include "pipeline/late_ledger.h"
#include "pipeline/store_state.h"

namespace vdp::backfill {
namespace {

/// What a snapshot has of the dataset, without its records.
struct Contract {
  icechunk::Session session;
  std::optional<StoreState> state;  ///< nothing where the dataset is not there
};

Result<Contract> read_contract(const Site& site, const icechunk::Repository& repository,
                               const icechunk::SnapshotId& snapshot) {
  VDP_ASSIGN(auto session, repository.readonly_session(snapshot));
  Contract contract{std::move(session), std::nullopt};
  if (!contract.session.kind(provenance_group(site.group()))) return contract;
  VDP_ASSIGN(contract.state, load_store_contract(site.rules(), site.axis(), contract.session));
  return contract;
}

class ForeignChanges {
 public:
  ForeignChanges(const Site& site, const Contract& from, const Contract& to, const Contract& run)
      : site_(site), from_(from), to_(to), run_(run) {
    own_ = {provenance_group(site.group()), provenance_array(site.group()), ledger_array(site.group())};
    if (!to.state) return;
    for (const auto& [name, variable] : to.state->store.variables) own_.insert(variable_path(site.group(), name));
  }

  Result<std::vector<std::string>> find(const icechunk::SnapshotDiff& diff) {
    for (const auto* paths : {&diff.new_arrays, &diff.deleted_groups, &diff.deleted_arrays, &diff.updated_arrays}) {
      for (const std::string& path : *paths) add_node(path);
    }
    for (const auto& [path, chunks] : diff.updated_chunks) add_node(path);
    for (const auto& moved : diff.moved_nodes) add_node(moved.to);
    for (const auto* paths : {&diff.new_groups, &diff.updated_groups}) {
      for (const std::string& path : *paths) VDP_TRY(add_group(path));
    }
    add_attributes();
    return std::vector<std::string>(found_.begin(), found_.end());
  }

 private:
  void add_node(const std::string& path) {
    if (!own_.contains(path)) found_.insert(path);
  }

  /// A group above the dataset is made by whoever is first.
  Status add_group(const std::string& path) {
    if (path == site_.group()) return {};
    if (path != "/" && !site_.group().starts_with(path + "/")) {
      add_node(path);
      return {};
    }
    VDP_ASSIGN(const Json attributes, to_.session.attributes(path));
    VDP_ASSIGN(const Json of_run, run_.session.attributes(path));
    if (!same_json(attributes, of_run)) found_.insert(fmt::format("attributes of {}", path));
    return {};
  }

  /// Nobody but a user changes them: they are not the granules'.
  void add_attributes() {
    if (!to_.state || !run_.state) return;
    add_differing(site_.group(), run_.state->store.foreign_attributes, to_.state->store.foreign_attributes);
    if (!from_.state) return;
    for (const auto& [name, variable] : to_.state->store.variables) {
      const auto former = from_.state->store.variables.find(name);
      if (former == from_.state->store.variables.end()) continue;
      add_differing(variable_path(site_.group(), name), former->second.metadata.attributes,
                    variable.metadata.attributes);
    }
  }

  void add_differing(const std::string& path, const Json& before, const Json& after) {
    std::set<std::string> names;
    for (const auto* attributes : {&before, &after}) {
      for (const auto& [name, value] : attributes->items()) names.insert(name);
    }
    for (const std::string& name : names) {
      if (same_json(before.value(name, Json()), after.value(name, Json()))) continue;
      found_.insert(fmt::format("attribute {} of {}", name, path));
    }
  }

  const Site& site_;
  const Contract& from_;
  const Contract& to_;
  const Contract& run_;
  std::set<std::string> own_;
  std::set<std::string> found_;
};

}  // namespace

Status check_nothing_foreign(const Site& site, const icechunk::Repository& repository,
                             const BranchesCompared& snapshots) {
  VDP_ASSIGN(const auto from, read_contract(site, repository, snapshots.from));
  VDP_ASSIGN(const auto to, read_contract(site, repository, snapshots.to));
  VDP_ASSIGN(const auto run, read_contract(site, repository, snapshots.run));
  VDP_ASSIGN(const auto diff, icechunk::diff_snapshots(repository, snapshots.from, snapshots.to));
  VDP_ASSIGN(const auto found, ForeignChanges(site, from, to, run).find(diff));
  if (found.empty()) return {};
  return conflict(fmt::format(
      "branch {} has changes that are not the dataset's files since the backfill left it, and they would be "
      "lost: {}; undo them, and make them again after the backfill",
      site.file().store.branch, fmt::join(found, ", ")));
}

}  // namespace vdp::backfill
