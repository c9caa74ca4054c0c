#include <algorithm>

#include "icechunk/format/repo_info.h"
#include "icechunk/format/wire.h"
#include "repo_wire.h"

namespace vdp::icechunk {
namespace {

/// What follows the last field that this version knows.
bool has_fields_beyond(const void* table, flatbuffers::voffset_t last_known_field) {
  const auto* vtable = reinterpret_cast<const flatbuffers::Table*>(table)->GetVTable();
  const auto vtable_size = flatbuffers::ReadScalar<flatbuffers::voffset_t>(vtable);
  for (flatbuffers::voffset_t field = last_known_field + 2; field < vtable_size; field += 2) {
    if (flatbuffers::ReadScalar<flatbuffers::voffset_t>(vtable + field) != 0) return true;
  }
  return false;
}

class Decoder {
 public:
  Decoder(const wire::Repo& root, std::size_t payload_bytes) : root_(root), reader_(payload_bytes) {}

  Result<RepoInfo> decode() {
    RepoInfo info;
    info.spec_version = root_.spec_version();
    VDP_ASSIGN(info.snapshots, decode_snapshots());
    VDP_ASSIGN(info.tags, decode_refs(*root_.tags(), "tags", info.snapshots.size()));
    VDP_ASSIGN(info.branches, decode_refs(*root_.branches(), "branches", info.snapshots.size()));
    VDP_TRY(reader_.take(root_.deleted_tags()->size(), sizeof(std::string)));
    for (const auto* name : *root_.deleted_tags()) {
      VDP_ASSIGN(std::string text, reader_.text(name, "deleted_tags"));
      info.deleted_tags.push_back(std::move(text));
    }
    VDP_ASSIGN(info.status, decode_status(root_.status()));
    VDP_ASSIGN(info.metadata, reader_.metadata(root_.metadata()));
    VDP_TRY(reader_.take(root_.latest_updates()->size(), sizeof(UpdateEntry)));
    for (const auto* update : *root_.latest_updates()) {
      VDP_ASSIGN(UpdateEntry entry, decode_entry(*update));
      info.latest_updates.push_back(std::move(entry));
    }
    VDP_ASSIGN(info.updates_before, reader_.optional_text(root_.repo_before_updates(), "repo_before_updates"));
    VDP_ASSIGN(info.config, reader_.optional_bytes(root_.config()));
    VDP_ASSIGN(info.enabled_feature_flags, decode_flags(root_.enabled_feature_flags()));
    VDP_ASSIGN(info.disabled_feature_flags, decode_flags(root_.disabled_feature_flags()));
    VDP_ASSIGN(info.extra, reader_.optional_bytes(root_.extra()));
    info.has_unknown_fields = unknown_fields_ || has_fields_beyond(&root_, wire::Repo::VT_EXTRA);
    return info;
  }

 private:
  Result<std::vector<SnapshotInfo>> decode_snapshots() {
    const auto& wire_snapshots = *root_.snapshots();
    VDP_TRY(reader_.take(wire_snapshots.size(), sizeof(SnapshotInfo)));
    std::vector<SnapshotInfo> snapshots;
    for (const auto* wire_snapshot : wire_snapshots) {
      VDP_ASSIGN(SnapshotInfo snapshot, decode_snapshot_info(*wire_snapshot, wire_snapshots.size()));
      // A lookup is a binary search.
      if (!snapshots.empty() && !(snapshots.back().id < snapshot.id)) {
        return corrupt(
            fmt::format("snapshots: {} does not follow {} in order", snapshot.id.text(), snapshots.back().id.text()));
      }
      snapshots.push_back(std::move(snapshot));
    }
    VDP_TRY(check_ancestry(snapshots));
    return snapshots;
  }

  Result<SnapshotInfo> decode_snapshot_info(const wire::SnapshotInfo& wire_snapshot, std::size_t count) {
    SnapshotInfo snapshot;
    snapshot.id = read_id12(wire_snapshot.id());
    snapshot.parent = wire_snapshot.parent_offset();
    if (snapshot.parent < -1 || snapshot.parent >= static_cast<std::int64_t>(count)) {
      return corrupt(fmt::format("snapshots: parent_offset of {} is {}, expected -1 to {}", snapshot.id.text(),
                                 snapshot.parent, static_cast<std::int64_t>(count) - 1));
    }
    VDP_ASSIGN(snapshot.flushed_at_us, reader_.timestamp(wire_snapshot.flushed_at(), "flushed_at"));
    VDP_ASSIGN(snapshot.message, reader_.text(wire_snapshot.message(), "message"));
    VDP_ASSIGN(snapshot.metadata, reader_.metadata(wire_snapshot.metadata()));
    if (const auto* pruned = wire_snapshot.pruned_ancestor_tx_logs()) {
      VDP_TRY(reader_.take(pruned->size(), sizeof(wire::ObjectId12)));
      for (const auto* id : *pruned) snapshot.pruned_ancestor_logs.push_back(read_id12(id));
    }
    unknown_fields_ |= has_fields_beyond(&wire_snapshot, wire::SnapshotInfo::VT_PRUNED_ANCESTOR_TX_LOGS);
    return snapshot;
  }

  /// Histories are walked by their parents: a circle would have no end.
  static Status check_ancestry(const std::vector<SnapshotInfo>& snapshots) {
    enum class Mark : std::uint8_t { unseen, on_path, ends };
    std::vector<Mark> marks(snapshots.size(), Mark::unseen);
    std::vector<std::int32_t> path;
    for (std::size_t start = 0; start < snapshots.size(); ++start) {
      auto at = static_cast<std::int32_t>(start);
      path.clear();
      while (at >= 0 && marks[at] == Mark::unseen) {
        marks[at] = Mark::on_path;
        path.push_back(at);
        at = snapshots[at].parent;
      }
      if (at >= 0 && marks[at] == Mark::on_path) {
        return corrupt(fmt::format("snapshots: {} is its own ancestor", snapshots[at].id.text()));
      }
      for (std::int32_t seen : path) marks[seen] = Mark::ends;
    }
    return {};
  }

  Result<std::vector<NamedRef>> decode_refs(const flatbuffers::Vector<flatbuffers::Offset<wire::Ref>>& wire_refs,
                                            std::string_view field, std::size_t snapshot_count) {
    VDP_TRY(reader_.take(wire_refs.size(), sizeof(NamedRef)));
    std::vector<NamedRef> refs;
    for (const auto* ref : wire_refs) {
      VDP_ASSIGN(std::string name, reader_.text(ref->name(), field));
      if (!refs.empty() && refs.back().name >= name) {
        return corrupt(fmt::format("{}: {} does not follow {} in order", field, name, refs.back().name));
      }
      if (ref->snapshot_index() >= snapshot_count) {
        return corrupt(fmt::format("{}: snapshot_index of {} is {}, expected less than {}", field, name,
                                   ref->snapshot_index(), snapshot_count));
      }
      refs.push_back({std::move(name), ref->snapshot_index()});
    }
    return refs;
  }

  Result<RepositoryStatus> decode_status(const wire::RepoStatus* wire_status) {
    RepositoryStatus status;
    if (wire_status == nullptr) return status;
    if (wire_status->availability() > wire::RepoAvailability::MAX) {
      return unsupported(fmt::format("status: unknown availability {}", static_cast<int>(wire_status->availability())));
    }
    status.availability = static_cast<Availability>(wire_status->availability());
    VDP_ASSIGN(status.set_at_us, reader_.timestamp(wire_status->set_at(), "set_at"));
    VDP_ASSIGN(status.reason,
               reader_.optional_text(wire_status->limited_availability_reason(), "limited_availability_reason"));
    return status;
  }

  Result<UpdateEntry> decode_entry(const wire::Update& wire_update) {
    UpdateEntry entry;
    VDP_ASSIGN(entry.update, decode_update(wire_update));
    VDP_ASSIGN(entry.updated_at_us, reader_.timestamp(wire_update.updated_at(), "updated_at"));
    VDP_ASSIGN(entry.backup, reader_.optional_text(wire_update.backup_path(), "backup_path"));
    return entry;
  }

  Result<std::string> name(const flatbuffers::String* text) { return reader_.text(text, "latest_updates"); }

  Result<Update> decode_update(const wire::Update& update) {
    using wire::UpdateType;
    switch (update.update_type_type()) {
      case UpdateType::RepoInitializedUpdate:
        return RepoInitialized{};
      case UpdateType::RepoMigratedUpdate: {
        const auto* migrated = update.update_type_as_RepoMigratedUpdate();
        return RepoMigrated{migrated->from_version(), migrated->to_version()};
      }
      case UpdateType::ConfigChangedUpdate:
        return ConfigChanged{};
      case UpdateType::MetadataChangedUpdate:
        return MetadataChanged{};
      case UpdateType::NewDetachedSnapshotUpdate:
        return NewDetachedSnapshot{read_id12(update.update_type_as_NewDetachedSnapshotUpdate()->new_snap_id())};
      case UpdateType::GCRanUpdate:
        return GarbageCollected{};
      case UpdateType::ExpirationRanUpdate:
        return SnapshotsExpired{};
      case UpdateType::FeatureFlagChangedUpdate: {
        const auto* changed = update.update_type_as_FeatureFlagChangedUpdate();
        return FeatureFlagChanged{changed->id(), changed->new_value(), changed->is_set()};
      }
      case UpdateType::RepoStatusChangedUpdate: {
        VDP_ASSIGN(RepositoryStatus status, decode_status(update.update_type_as_RepoStatusChangedUpdate()->status()));
        return StatusChanged{std::move(status)};
      }
      default:
        return decode_ref_update(update);
    }
  }

  Result<Update> decode_ref_update(const wire::Update& update) {
    using wire::UpdateType;
    switch (update.update_type_type()) {
      case UpdateType::TagCreatedUpdate: {
        VDP_ASSIGN(std::string tag, name(update.update_type_as_TagCreatedUpdate()->name()));
        return TagCreated{std::move(tag)};
      }
      case UpdateType::TagDeletedUpdate: {
        const auto* deleted = update.update_type_as_TagDeletedUpdate();
        VDP_ASSIGN(std::string tag, name(deleted->name()));
        return TagDeleted{std::move(tag), read_id12(deleted->previous_snap_id())};
      }
      case UpdateType::BranchCreatedUpdate: {
        VDP_ASSIGN(std::string branch, name(update.update_type_as_BranchCreatedUpdate()->name()));
        return BranchCreated{std::move(branch)};
      }
      case UpdateType::BranchDeletedUpdate: {
        const auto* deleted = update.update_type_as_BranchDeletedUpdate();
        VDP_ASSIGN(std::string branch, name(deleted->name()));
        return BranchDeleted{std::move(branch), read_id12(deleted->previous_snap_id())};
      }
      case UpdateType::BranchResetUpdate: {
        const auto* reset = update.update_type_as_BranchResetUpdate();
        VDP_ASSIGN(std::string branch, name(reset->name()));
        return BranchReset{std::move(branch), read_id12(reset->previous_snap_id())};
      }
      case UpdateType::NewCommitUpdate: {
        const auto* commit = update.update_type_as_NewCommitUpdate();
        VDP_ASSIGN(std::string branch, name(commit->branch()));
        return NewCommit{std::move(branch), read_id12(commit->new_snap_id())};
      }
      case UpdateType::CommitAmendedUpdate: {
        const auto* amended = update.update_type_as_CommitAmendedUpdate();
        VDP_ASSIGN(std::string branch, name(amended->branch()));
        return CommitAmended{std::move(branch), read_id12(amended->previous_snap_id()),
                             read_id12(amended->new_snap_id())};
      }
      default:
        return UnknownUpdate{static_cast<std::uint8_t>(update.update_type_type())};
    }
  }

  Result<std::optional<std::vector<std::uint16_t>>> decode_flags(const flatbuffers::Vector<std::uint16_t>* flags) {
    std::optional<std::vector<std::uint16_t>> copy;
    if (flags == nullptr) return copy;
    VDP_TRY(reader_.take(flags->size(), sizeof(std::uint16_t)));
    copy.emplace(flags->begin(), flags->end());
    return copy;
  }

  const wire::Repo& root_;
  WireReader reader_;
  bool unknown_fields_ = false;
};

}  // namespace

Result<RepoInfo> decode_repo_info(ByteView object) {
  VDP_ASSIGN(const OpenedObject opened, open_object(object, ObjectType::repo_info));
  VDP_ASSIGN(const wire::Repo* root, verified_root<wire::Repo>(opened.payload, ObjectType::repo_info));
  return Decoder(*root, opened.payload.size()).decode();
}

}  // namespace vdp::icechunk
