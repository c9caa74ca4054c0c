#include "icechunk/format/wire_json.h"
#include "snapshot_wire.h"

namespace vdp::icechunk {
namespace {

Json file_id(const wire::ObjectId12& id) { return WireJson::id(&id); }
Json file_id(const wire::ObjectId12* id) { return WireJson::id(id); }

/// What the entries of both versions have.
template <typename File>
Result<Json> manifest_file_json(const File& file) {
  Json json;
  json["id"] = file_id(file.id());
  json["size_bytes"] = file.size_bytes();
  json["num_chunk_refs"] = file.num_chunk_refs();
  return json;
}

class SnapshotJson {
 public:
  SnapshotJson(const wire::Snapshot& snapshot, std::uint8_t spec_version, std::size_t payload_bytes,
               const ObjectJsonLimits& limits)
      : snapshot_(snapshot), spec_version_(spec_version), json_(limits, payload_bytes) {}

  Result<Json> make() {
    Json json;
    json["id"] = WireJson::id(snapshot_.id());
    json["parent_id"] = WireJson::id(snapshot_.parent_id());
    VDP_TRY(json_.add_list(json, "nodes", snapshot_.nodes(), [&](const auto* node) { return node_json(*node); }));
    json["flushed_at"] = WireJson::time(snapshot_.flushed_at());
    json["message"] = json_.text(snapshot_.message());
    VDP_ASSIGN_IN("metadata", json["metadata"], json_.metadata(snapshot_.metadata(), spec_version_));
    VDP_TRY(check_aligned(snapshot_.manifest_files(), "manifest_files"));
    VDP_TRY(json_.add_list(json, "manifest_files", snapshot_.manifest_files(),
                           [](const auto* file) { return manifest_file_json(*file); }));
    VDP_TRY(json_.add_list(json, "manifest_files_v2", snapshot_.manifest_files_v2(), [&](const auto* file) {
      Result<Json> entry = manifest_file_json(*file);
      (*entry)["extra"] = json_.bytes(file->extra());
      return entry;
    }));
    json["extra"] = json_.bytes(snapshot_.extra());
    return json;
  }

 private:
  Result<Json> node_json(const wire::NodeSnapshot& node) {
    Json json;
    json["id"] = WireJson::id(node.id());
    json["path"] = json_.text(node.path());
    const auto& user_data = *node.user_data();
    json["user_data"] = json_.text(as_text({user_data.data(), user_data.size()}));
    json["node_data_type"] = wire::EnumNameNodeData(node.node_data_type());
    json["node_data"] = Json::object();
    if (const auto* array = node.node_data_as_Array()) {
      VDP_ASSIGN(json["node_data"], array_json(*array));
    }
    json["extra"] = json_.bytes(node.extra());
    return json;
  }

  Result<Json> array_json(const wire::ArrayNodeData& array) {
    Json json;
    VDP_TRY(check_aligned(array.shape(), "shape"));
    VDP_TRY(json_.add_list(json, "shape", array.shape(), [](const auto* extent) -> Result<Json> {
      return Json{{"array_length", extent->array_length()}, {"chunk_length", extent->chunk_length()}};
    }));
    VDP_TRY(
        json_.add_list(json, "dimension_names", array.dimension_names(), [&](const auto* dimension) -> Result<Json> {
          return Json::object({{"name", json_.text(dimension->name())}});
        }));
    VDP_TRY(json_.add_list(json, "manifests", array.manifests(),
                           [&](const auto* manifest) { return manifest_ref_json(*manifest); }));
    VDP_TRY(json_.add_list(json, "shape_v2", array.shape_v2(), [](const auto* extent) -> Result<Json> {
      return Json{{"array_length", extent->array_length()}, {"num_chunks", extent->num_chunks()}};
    }));
    return json;
  }

  Result<Json> manifest_ref_json(const wire::ManifestRef& manifest) {
    Json json;
    json["object_id"] = WireJson::id(manifest.object_id());
    VDP_TRY(json_.add_list(json, "extents", manifest.extents(), [](const auto* range) -> Result<Json> {
      return Json{{"from", range->from()}, {"to", range->to()}};
    }));
    return json;
  }

  const wire::Snapshot& snapshot_;
  const std::uint8_t spec_version_;
  WireJson json_;
};

}  // namespace

Result<Json> snapshot_json(ByteView payload, std::uint8_t spec_version, const ObjectJsonLimits& limits) {
  VDP_ASSIGN(const wire::Snapshot* snapshot, verified_root<wire::Snapshot>(payload, ObjectType::snapshot));
  return SnapshotJson(*snapshot, spec_version, payload.size(), limits).make();
}

}  // namespace vdp::icechunk
