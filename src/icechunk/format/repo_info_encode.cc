#include <limits>

#include "icechunk/format/repo_info.h"
#include "icechunk/format/wire.h"
#include "repo_wire.h"

namespace vdp::icechunk {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;

flatbuffers::Offset<wire::RepoStatus> write_status(Builder& builder, const RepositoryStatus& status) {
  const auto reason = write_optional_text(builder, status.reason);
  return wire::CreateRepoStatus(builder, static_cast<wire::RepoAvailability>(status.availability),
                                static_cast<std::uint64_t>(status.set_at_us), reason);
}

/// One overload per kind of update; the position in Update is the union's tag less one.
class UpdateWriter {
 public:
  explicit UpdateWriter(Builder& builder) : builder_(builder) {}

  flatbuffers::Offset<void> operator()(const RepoInitialized&) {
    return wire::CreateRepoInitializedUpdate(builder_).Union();
  }
  flatbuffers::Offset<void> operator()(const RepoMigrated& update) {
    return wire::CreateRepoMigratedUpdate(builder_, update.from_version, update.to_version).Union();
  }
  flatbuffers::Offset<void> operator()(const ConfigChanged&) {
    return wire::CreateConfigChangedUpdate(builder_).Union();
  }
  flatbuffers::Offset<void> operator()(const MetadataChanged&) {
    return wire::CreateMetadataChangedUpdate(builder_).Union();
  }
  flatbuffers::Offset<void> operator()(const TagCreated& update) {
    return wire::CreateTagCreatedUpdate(builder_, text(update.name)).Union();
  }
  flatbuffers::Offset<void> operator()(const TagDeleted& update) {
    const auto previous = write_id(update.previous);
    return wire::CreateTagDeletedUpdate(builder_, text(update.name), &previous).Union();
  }
  flatbuffers::Offset<void> operator()(const BranchCreated& update) {
    return wire::CreateBranchCreatedUpdate(builder_, text(update.name)).Union();
  }
  flatbuffers::Offset<void> operator()(const BranchDeleted& update) {
    const auto previous = write_id(update.previous);
    return wire::CreateBranchDeletedUpdate(builder_, text(update.name), &previous).Union();
  }
  flatbuffers::Offset<void> operator()(const BranchReset& update) {
    const auto previous = write_id(update.previous);
    return wire::CreateBranchResetUpdate(builder_, text(update.name), &previous).Union();
  }
  flatbuffers::Offset<void> operator()(const NewCommit& update) {
    const auto snapshot = write_id(update.snapshot);
    return wire::CreateNewCommitUpdate(builder_, text(update.branch), &snapshot).Union();
  }
  flatbuffers::Offset<void> operator()(const CommitAmended& update) {
    const auto previous = write_id(update.previous);
    const auto snapshot = write_id(update.snapshot);
    return wire::CreateCommitAmendedUpdate(builder_, text(update.branch), &previous, &snapshot).Union();
  }
  flatbuffers::Offset<void> operator()(const NewDetachedSnapshot& update) {
    const auto snapshot = write_id(update.snapshot);
    return wire::CreateNewDetachedSnapshotUpdate(builder_, &snapshot).Union();
  }
  flatbuffers::Offset<void> operator()(const GarbageCollected&) { return wire::CreateGCRanUpdate(builder_).Union(); }
  flatbuffers::Offset<void> operator()(const SnapshotsExpired&) {
    return wire::CreateExpirationRanUpdate(builder_).Union();
  }
  flatbuffers::Offset<void> operator()(const FeatureFlagChanged& update) {
    return wire::CreateFeatureFlagChangedUpdate(builder_, update.flag, update.new_value, update.is_set).Union();
  }
  flatbuffers::Offset<void> operator()(const StatusChanged& update) {
    return wire::CreateRepoStatusChangedUpdate(builder_, write_status(builder_, update.status)).Union();
  }
  flatbuffers::Offset<void> operator()(const UnknownUpdate&) { return 0; }

 private:
  flatbuffers::Offset<flatbuffers::String> text(const std::string& value) { return builder_.CreateString(value); }

  Builder& builder_;
};

flatbuffers::Offset<wire::Update> write_update(Builder& builder, const UpdateEntry& entry) {
  const auto type = static_cast<wire::UpdateType>(entry.update.index() + 1);
  const auto update = std::visit(UpdateWriter(builder), entry.update);
  const auto backup = write_optional_text(builder, entry.backup);
  return wire::CreateUpdate(builder, type, update, static_cast<std::uint64_t>(entry.updated_at_us), backup);
}

flatbuffers::Offset<wire::SnapshotInfo> write_snapshot(Builder& builder, const SnapshotInfo& snapshot) {
  const auto message = builder.CreateString(snapshot.message);
  const auto metadata = write_metadata(builder, snapshot.metadata);
  std::vector<wire::ObjectId12> pruned;
  for (const SnapshotId& id : snapshot.pruned_ancestor_logs) pruned.push_back(write_id(id));
  const auto wire_pruned = pruned.empty() ? 0 : builder.CreateVectorOfStructs(pruned);
  const wire::ObjectId12 id = write_id(snapshot.id);
  // The schema's default of parent_offset is 0, so that -1 is always there: readers take its absence for "the first".
  return wire::CreateSnapshotInfo(builder, &id, snapshot.parent, static_cast<std::uint64_t>(snapshot.flushed_at_us),
                                  message, metadata, wire_pruned);
}

flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<wire::Ref>>> write_refs(Builder& builder,
                                                                                    const std::vector<NamedRef>& refs) {
  std::vector<flatbuffers::Offset<wire::Ref>> offsets;
  for (const NamedRef& ref : refs) {
    offsets.push_back(wire::CreateRef(builder, builder.CreateString(ref.name), ref.snapshot));
  }
  return builder.CreateVector(offsets);
}

flatbuffers::Offset<flatbuffers::Vector<std::uint16_t>> write_flags(
    Builder& builder, const std::optional<std::vector<std::uint16_t>>& flags) {
  return flags ? builder.CreateVector(*flags) : 0;
}

Status check_writable_form(const RepoInfo& info) {
  if (info.has_unknown_fields) {
    return unsupported("repo was written by a newer version: it has fields that would be lost if it were rewritten");
  }
  for (const UpdateEntry& entry : info.latest_updates) {
    if (const auto* unknown = std::get_if<UnknownUpdate>(&entry.update)) {
      return unsupported(
          fmt::format("the operations log has an entry of the unknown type {}, which would be lost if "
                      "repo were rewritten",
                      unknown->type));
    }
  }
  if (info.find_branch("main") == nullptr) return invalid("a repository needs the branch main");
  return {};
}

}  // namespace

Result<Bytes> encode_repo_info(const RepoInfo& info) {
  VDP_TRY(check_writable_form(info));
  constexpr std::size_t usual_snapshot_bytes = 200;
  constexpr std::size_t usual_update_bytes = 160;
  Builder builder(4096 + info.snapshots.size() * usual_snapshot_bytes +
                  info.latest_updates.size() * usual_update_bytes);
  const auto tags = write_refs(builder, info.tags);
  const auto branches = write_refs(builder, info.branches);
  const auto deleted_tags = builder.CreateVectorOfStrings(info.deleted_tags);
  std::vector<flatbuffers::Offset<wire::SnapshotInfo>> snapshot_offsets;
  snapshot_offsets.reserve(info.snapshots.size());
  for (const SnapshotInfo& snapshot : info.snapshots) snapshot_offsets.push_back(write_snapshot(builder, snapshot));
  const auto snapshots = builder.CreateVector(snapshot_offsets);
  const auto status = write_status(builder, info.status);
  const auto metadata = write_metadata(builder, info.metadata);
  std::vector<flatbuffers::Offset<wire::Update>> update_offsets;
  update_offsets.reserve(info.latest_updates.size());
  for (const UpdateEntry& entry : info.latest_updates) update_offsets.push_back(write_update(builder, entry));
  const auto updates = builder.CreateVector(update_offsets);
  const auto updates_before = write_optional_text(builder, info.updates_before);
  const auto config = write_optional_bytes(builder, info.config);
  const auto enabled = write_flags(builder, info.enabled_feature_flags);
  const auto disabled = write_flags(builder, info.disabled_feature_flags);
  const auto extra = write_optional_bytes(builder, info.extra);
  const auto root = wire::CreateRepo(builder, info.spec_version, tags, branches, deleted_tags, snapshots, status,
                                     metadata, updates, updates_before, config, enabled, disabled, extra);
  return seal_root(builder, root, ObjectType::repo_info, repo_compression_level);
}

}  // namespace vdp::icechunk
