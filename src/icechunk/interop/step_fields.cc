#include "icechunk/interop/step_fields.h"

#include <vector>

#include "base/base64.h"

namespace vdp::icechunk {

Result<SnapshotId> snapshot_of(const Json& step, const char* key) {
  return SnapshotId::parse(step.at(key).get<std::string>());
}

Result<Revision> revision_of(const Json& step) {
  if (step.contains("tag")) return Tag{step.at("tag")};
  if (!step.contains("snapshot")) return Branch{step.value("branch", "main")};
  VDP_ASSIGN(const SnapshotId id, snapshot_of(step));
  return id;
}

Result<Fork> fork_of(const Json& step) {
  VDP_ASSIGN(const Bytes file, base64_decode(step.at("fork").get<std::string>()));
  return Fork::decode(file);
}

ChunkBox box_of(const Json& step) { return {index_of(step, "begin"), index_of(step, "end")}; }

Json to_json(const ChunkRefView& ref) {
  Json json = {{"index", std::vector<std::uint32_t>(ref.index.begin(), ref.index.end())}, {"length", ref.length}};
  switch (ref.kind) {
    case ChunkRefKind::native:
      json["chunk"] = ref.chunk_id.text();
      json["offset"] = ref.offset;
      break;
    case ChunkRefKind::virtual_:
      json["url"] = ref.url;
      json["etag"] = ref.etag;
      json["last_modified_s"] = ref.last_modified_s;
      json["offset"] = ref.offset;
      break;
    default:
      json["inline"] = base64_encode(ref.bytes);
      break;
  }
  return json;
}

Json to_json(const CommitOutcome& outcome) {
  if (const auto* done = std::get_if<Committed>(&outcome)) return Json{{"committed", done->snapshot.text()}};
  if (const auto* conflict = std::get_if<CommitConflict>(&outcome)) {
    return Json{{"conflict", {conflict->expected_tip.text(), conflict->found_tip.text()}}};
  }
  if (const auto* unknown = std::get_if<CommitUnknown>(&outcome)) return Json{{"unknown", unknown->reason}};
  return Json("nothing");
}

}  // namespace vdp::icechunk
