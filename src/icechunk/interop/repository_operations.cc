#include <array>

#include "icechunk/interop/operations.h"
#include "icechunk/interop/step_fields.h"
#include "icechunk/repo/diff.h"
#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {
namespace {

Result<Json> refs(Repository& repository, const Json&) {
  VDP_ASSIGN(const Refs refs, repository.refs());
  Json json = {{"branches", Json::object()}, {"tags", Json::object()}, {"deleted_tags", Json::object()}};
  for (const auto& [name, id] : refs.branches) json["branches"][name] = id.text();
  for (const auto& [name, id] : refs.tags) json["tags"][name] = id.text();
  for (const auto& [name, id] : refs.deleted_tags) json["deleted_tags"][name] = id ? Json(id->text()) : Json();
  return json;
}

Result<Json> history(Repository& repository, const Json& step) {
  VDP_ASSIGN(const Revision revision, revision_of(step));
  VDP_ASSIGN(const auto history, repository.history(revision));
  Json json = Json::array();
  for (const SnapshotSummary& one : history) {
    json.push_back({{"id", one.id.text()},
                    {"parent", one.parent ? Json(one.parent->text()) : Json()},
                    {"flushed_at_us", one.flushed_at_us},
                    {"message", one.message},
                    {"metadata", one.metadata}});
  }
  return json;
}

/// All that `repo` holds, also those that no ref leads to.
Result<Json> snapshots(Repository& repository, const Json&) {
  VDP_ASSIGN(const auto repo, repository.state().load_repo());
  Json json = Json::object();
  for (const SnapshotInfo& one : repo->info.snapshots) {
    Json pruned = Json::array();
    for (const SnapshotId& id : one.pruned_ancestor_logs) pruned.push_back(id.text());
    json[one.id.text()] = {{"parent", one.parent < 0 ? Json() : Json(repo->info.snapshots[one.parent].id.text())},
                           {"pruned", std::move(pruned)}};
  }
  return json;
}

/// As the official library calls it.
std::string_view kind_name(const Update& update) {
  constexpr std::array<std::string_view, std::variant_size_v<Update>> names = {
      "RepoInitialized", "RepoMigrated",  "ConfigChanged",      "MetadataChanged",
      "TagCreated",      "TagDeleted",    "BranchCreated",      "BranchDeleted",
      "BranchReset",     "NewCommit",     "CommitAmended",      "NewDetachedSnapshot",
      "GCRan",           "ExpirationRan", "FeatureFlagChanged", "RepoStatusChanged",
      "unknown"};
  return names[update.index()];
}

/// [[TIME_US, DESCRIPTION, KIND]], the newest first.
Result<Json> operations(Repository& repository, const Json&) {
  VDP_ASSIGN(const auto operations, repository.operations());
  Json json = Json::array();
  for (const Operation& one : operations) {
    json.push_back({one.updated_at_us, one.description, kind_name(one.update)});
  }
  return json;
}

Result<Json> config(Repository& repository, const Json&) {
  VDP_ASSIGN(const RepositoryConfig config, repository.config());
  return config.document();
}

Result<Json> save_config(Repository& repository, const Json& step) {
  VDP_TRY(step.contains("config") ? repository.save_config(RepositoryConfig(step.at("config")))
                                  : repository.save_config());
  return succeeded();
}

Json to_json(const ChunkIndexSet& indices) {
  Json json = Json::array();
  for (std::size_t row = 0; row < indices.size(); ++row) {
    json.push_back(std::vector<std::uint32_t>(indices[row].begin(), indices[row].end()));
  }
  return json;
}

/// {"from": ID, "to": ID}
Result<Json> diff(Repository& repository, const Json& step) {
  VDP_ASSIGN(const SnapshotId from, snapshot_of(step, "from"));
  VDP_ASSIGN(const SnapshotId to, snapshot_of(step, "to"));
  VDP_ASSIGN(const SnapshotDiff found, diff_snapshots(repository, from, to));
  Json json = {{"new_groups", found.new_groups},         {"new_arrays", found.new_arrays},
               {"deleted_groups", found.deleted_groups}, {"deleted_arrays", found.deleted_arrays},
               {"updated_groups", found.updated_groups}, {"updated_arrays", found.updated_arrays},
               {"updated_chunks", Json::object()},       {"moved_nodes", Json::array()}};
  for (const auto& [path, chunks] : found.updated_chunks) json["updated_chunks"][path] = to_json(chunks);
  for (const MovedPath& move : found.moved_nodes) json["moved_nodes"].push_back({move.from, move.to});
  return json;
}

}  // namespace

const Operations<RepositoryOperation>& repository_operations() {
  static const Operations<RepositoryOperation> table = {
      {"refs", refs},     {"history", history}, {"snapshots", snapshots},     {"operations", operations},
      {"config", config}, {"diff", diff},       {"save_config", save_config},
  };
  return table;
}

}  // namespace vdp::icechunk
