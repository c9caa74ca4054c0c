#include "icechunk/format/wire_json.h"
#include "repo_wire.h"

namespace vdp::icechunk {
namespace {

class RepoJson {
 public:
  RepoJson(const wire::Repo& repo, std::size_t payload_bytes, const ObjectJsonLimits& limits)
      : repo_(repo), json_(limits, payload_bytes) {}

  Result<Json> make() {
    Json json;
    json["spec_version"] = repo_.spec_version();
    const auto ref_json = [&](const wire::Ref* ref) -> Result<Json> {
      return Json{{"name", json_.text(ref->name())}, {"snapshot_index", ref->snapshot_index()}};
    };
    VDP_TRY(json_.add_list(json, "tags", repo_.tags(), ref_json));
    VDP_TRY(json_.add_list(json, "branches", repo_.branches(), ref_json));
    VDP_TRY(json_.add_list(json, "deleted_tags", repo_.deleted_tags(),
                           [&](const auto* name) -> Result<Json> { return json_.text(name); }));
    VDP_TRY(json_.add_list(json, "snapshots", repo_.snapshots(),
                           [&](const auto* snapshot) { return snapshot_json(*snapshot); }));
    json["status"] = status_json(repo_.status());
    VDP_ASSIGN_IN("metadata", json["metadata"], json_.metadata(repo_.metadata(), repo_metadata_version));
    VDP_TRY(json_.add_list(json, "latest_updates", repo_.latest_updates(),
                           [&](const auto* update) -> Result<Json> { return update_json(*update); }));
    json["repo_before_updates"] = json_.text(repo_.repo_before_updates());
    VDP_ASSIGN_IN("config", json["config"], config_json());
    json_.add_numbers(json, "enabled_feature_flags", repo_.enabled_feature_flags());
    json_.add_numbers(json, "disabled_feature_flags", repo_.disabled_feature_flags());
    json["extra"] = json_.bytes(repo_.extra());
    return json;
  }

 private:
  /// Everything in `repo` is FlexBuffers.
  static constexpr std::uint8_t repo_metadata_version = 2;

  Result<Json> snapshot_json(const wire::SnapshotInfo& snapshot) {
    Json json;
    json["id"] = WireJson::id(snapshot.id());
    json["parent_offset"] = snapshot.parent_offset();
    json["flushed_at"] = WireJson::time(snapshot.flushed_at());
    json["message"] = json_.text(snapshot.message());
    VDP_ASSIGN_IN("metadata", json["metadata"], json_.metadata(snapshot.metadata(), repo_metadata_version));
    json_.add_ids(json, "pruned_ancestor_tx_logs", snapshot.pruned_ancestor_tx_logs());
    return json;
  }

  Json status_json(const wire::RepoStatus* status) {
    if (status == nullptr) return Json();
    Json json;
    json["availability"] = status->availability() <= wire::RepoAvailability::MAX
                               ? Json(wire::EnumNameRepoAvailability(status->availability()))
                               : Json(static_cast<int>(status->availability()));
    json["set_at"] = WireJson::time(status->set_at());
    json["limited_availability_reason"] = json_.text(status->limited_availability_reason());
    return json;
  }

  Json update_json(const wire::Update& update) {
    Json json;
    json["update_type_type"] = update.update_type_type() <= wire::UpdateType::MAX
                                   ? Json(wire::EnumNameUpdateType(update.update_type_type()))
                                   : Json(static_cast<int>(update.update_type_type()));
    json["update_type"] = fields_json(update);
    json["updated_at"] = WireJson::time(update.updated_at());
    json["backup_path"] = json_.text(update.backup_path());
    return json;
  }

  /// The fields of the entry's own table; {} of one that has none, or is of a type that is not known.
  Json fields_json(const wire::Update& update) {
    if (const auto* migrated = update.update_type_as_RepoMigratedUpdate()) {
      return {{"from_version", migrated->from_version()}, {"to_version", migrated->to_version()}};
    }
    if (const auto* tag = update.update_type_as_TagCreatedUpdate())
      return Json::object({{"name", json_.text(tag->name())}});
    if (const auto* tag = update.update_type_as_TagDeletedUpdate()) return named_json(*tag);
    if (const auto* branch = update.update_type_as_BranchCreatedUpdate())
      return Json::object({{"name", json_.text(branch->name())}});
    if (const auto* branch = update.update_type_as_BranchDeletedUpdate()) return named_json(*branch);
    if (const auto* branch = update.update_type_as_BranchResetUpdate()) return named_json(*branch);
    if (const auto* commit = update.update_type_as_NewCommitUpdate()) {
      return {{"branch", json_.text(commit->branch())}, {"new_snap_id", WireJson::id(commit->new_snap_id())}};
    }
    if (const auto* amended = update.update_type_as_CommitAmendedUpdate()) {
      return {{"branch", json_.text(amended->branch())},
              {"previous_snap_id", WireJson::id(amended->previous_snap_id())},
              {"new_snap_id", WireJson::id(amended->new_snap_id())}};
    }
    if (const auto* detached = update.update_type_as_NewDetachedSnapshotUpdate()) {
      return Json::object({{"new_snap_id", WireJson::id(detached->new_snap_id())}});
    }
    if (const auto* flag = update.update_type_as_FeatureFlagChangedUpdate()) {
      return {{"id", flag->id()}, {"new_value", flag->new_value()}, {"is_set", flag->is_set()}};
    }
    if (const auto* changed = update.update_type_as_RepoStatusChangedUpdate()) {
      return Json::object({{"status", status_json(changed->status())}});
    }
    return Json::object();
  }

  template <typename Named>
  Json named_json(const Named& update) {
    return {{"name", json_.text(update.name())}, {"previous_snap_id", WireJson::id(update.previous_snap_id())}};
  }

  Result<Json> config_json() const {
    const auto* config = repo_.config();
    if (config == nullptr) return Json();
    return decode_flexbuffer({config->data(), config->size()});
  }

  const wire::Repo& repo_;
  WireJson json_;
};

}  // namespace

Result<Json> repo_json(ByteView payload, const ObjectJsonLimits& limits) {
  VDP_ASSIGN(const wire::Repo* repo, verified_root<wire::Repo>(payload, ObjectType::repo_info));
  return RepoJson(*repo, payload.size(), limits).make();
}

}  // namespace vdp::icechunk
