#include "base/base64.h"
#include "icechunk/interop/operations.h"
#include "icechunk/interop/step_fields.h"

namespace vdp::icechunk {
namespace {

/// The zarr.json of a step: as text, where the bytes matter, or as a document.
std::string zarr_json_of(const Json& step) {
  const Json& given = step.at("zarr_json");
  return given.is_string() ? given.get<std::string>() : given.dump();
}

Result<Json> set_group(Session& session, const Json& step) {
  VDP_TRY(session.set_group(path_of(step), step.contains("zarr_json")
                                               ? zarr_json_of(step)
                                               : zarr::zarr_json_group(step.value("attributes", Json::object()))));
  return succeeded();
}

Result<Json> set_array(Session& session, const Json& step) {
  VDP_TRY(session.set_array(path_of(step), zarr_json_of(step)));
  return succeeded();
}

Result<Json> set_chunk(Session& session, const Json& step) {
  VDP_ASSIGN(Bytes bytes, base64_decode(step.at("bytes").get<std::string>()));
  VDP_TRY(session.set_chunk(path_of(step), index_of(step), std::move(bytes)));
  return succeeded();
}

/// {"grid": [...], "refs": [[index, url, offset, length, last_modified_s, etag] or [index, base64]]}
Result<ChunkManifest> manifest_of(const Json& step) {
  ChunkManifest manifest(step.at("grid").get<zarr::Shape>());
  for (const Json& ref : step.at("refs")) {
    const std::uint64_t position = manifest.linear(ref[0].get<zarr::Shape>());
    if (ref.size() == 2) {
      VDP_ASSIGN(Bytes bytes, base64_decode(ref[1].get<std::string>()));
      manifest.set_inline(position, std::move(bytes));
      continue;
    }
    const std::uint32_t location = manifest.add_location({ref[1], ref[5], ref[4]});
    manifest.set_virtual(position, {location, ref[2], ref[3]});
  }
  return manifest;
}

Result<Json> set_refs(Session& session, const Json& step) {
  VDP_ASSIGN(const ChunkManifest manifest, manifest_of(step));
  VDP_TRY(session.set_refs(path_of(step), manifest, index_of(step, "origin")));
  return succeeded();
}

Result<Json> delete_chunk(Session& session, const Json& step) {
  VDP_TRY(session.delete_chunk(path_of(step), index_of(step)));
  return succeeded();
}

Result<Json> clear_box(Session& session, const Json& step) {
  VDP_TRY(session.clear_box(path_of(step), box_of(step)));
  return succeeded();
}

Result<Json> delete_node(Session& session, const Json& step) {
  VDP_TRY(session.delete_node(path_of(step)));
  return succeeded();
}

/// {"path", "axis": n, "offset": n}
Result<Json> shift_chunks(Session& session, const Json& step) {
  return answer(session.shift_chunks(path_of(step), step.at("axis"), step.at("offset")));
}

/// {"path", "axis": n, "at": n, "count": n}
Result<Json> insert_chunks(Session& session, const Json& step) {
  return answer(session.insert_chunks(path_of(step), step.at("axis"), step.at("at"), step.at("count")));
}

/// {"path", "axis": n, "runs": [[from, count, to]]}
Result<Json> reindex_chunks(Session& session, const Json& step) {
  std::vector<ChunkRun> runs;
  for (const Json& run : step.at("runs")) runs.push_back({run[0], run[1], run[2]});
  return answer(session.reindex_chunks(path_of(step), step.at("axis"), runs));
}

Result<Json> discard(Session& session, const Json&) {
  session.discard();
  return succeeded();
}

}  // namespace

const Operations<SessionOperation>& writing_operations() {
  static const Operations<SessionOperation> table = {
      {"set_group", set_group},           {"set_array", set_array},
      {"set_chunk", set_chunk},           {"set_refs", set_refs},
      {"delete_chunk", delete_chunk},     {"clear_box", clear_box},
      {"delete_node", delete_node},       {"discard", discard},
      {"shift_chunks", shift_chunks},     {"insert_chunks", insert_chunks},
      {"reindex_chunks", reindex_chunks},
  };
  return table;
}

}  // namespace vdp::icechunk
