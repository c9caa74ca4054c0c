#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/base64.h"
#include "base/sha256.h"
#include "icechunk/interop/operations.h"
#include "icechunk/interop/step_fields.h"
#include "store/open_store.h"

namespace vdp::icechunk {
namespace {

ChunkBox everything(std::size_t rank) { return {zarr::Shape(rank, 0), zarr::Shape(rank, UINT32_MAX)}; }

/// The references of an array, as they are.
Result<Json> refs(const Session& session, const std::string& path, std::size_t rank) {
  Json found = Json::array();
  const auto visit = [&](const ChunkRefView& ref) { found.push_back(to_json(ref)); };
  VDP_TRY(session.for_each_ref(path, everything(rank), visit));
  return found;
}

/// All nodes: {PATH: {"kind": "group" or "array", "zarr_json": TEXT, "refs": [...]}}.
Result<Json> dump(Session& session, const Json&) {
  Json json = Json::object();
  for (const NodeSummary& node : session.nodes()) {
    VDP_ASSIGN(const std::string text, session.zarr_json(node.path));
    const bool is_array = node.kind == NodeKind::array;
    Json entry = {{"kind", is_array ? "array" : "group"}, {"zarr_json", text}};
    if (is_array) {
      VDP_ASSIGN(const Json document, parse_json(text));
      VDP_ASSIGN(entry["refs"], refs(session, node.path, document.at("shape").size()));
    }
    json[node.path] = std::move(entry);
  }
  return json;
}

/// Reads what virtual references lead to, through a store for each folder. `containers` are {NAME: URL_PREFIX}, for
/// locations "vcc://NAME/...".
class SourceReader {
 public:
  explicit SourceReader(Json containers) : containers_(std::move(containers)) {}

  Result<Bytes> read(const VirtualChunk& chunk) {
    const std::string url = resolve(chunk.location.url);
    const std::size_t end_of_folder = url.rfind('/') + 1;
    VDP_ASSIGN(const ObjectStorePtr store, store_of(url.substr(0, end_of_folder)));
    const std::string& etag = chunk.location.etag;
    return store->get_range(url.substr(end_of_folder), {chunk.offset, chunk.length},
                            etag.empty() ? std::nullopt : std::optional(etag));
  }

 private:
  std::string resolve(const std::string& url) const {
    for (const auto& [name, prefix] : containers_.items()) {
      const std::string relative = fmt::format("vcc://{}/", name);
      if (url.starts_with(relative)) return prefix.get<std::string>() + url.substr(relative.size());
    }
    return url;
  }

  Result<ObjectStorePtr> store_of(const std::string& folder) {
    ObjectStorePtr& store = stores_[folder];
    if (!store) {
      VDP_ASSIGN(store, open_source_store(folder));
    }
    return store;
  }

  Json containers_;
  std::map<std::string, ObjectStorePtr> stores_;
};

/// What a Zarr reader gets: {KEY: SHA-256}, of zarr.json of each node and of each chunk; {KEY: BASE64} with
/// "bytes": true. "containers" as SourceReader has them.
class Content {
 public:
  Content(const Session& session, const Json& step)
      : session_(session),
        as_bytes_(step.value("bytes", false)),
        sources_(step.value("containers", Json::object())),
        read_virtual_([this](const VirtualChunk& chunk) { return sources_.read(chunk); }) {}

  Result<Json> read() {
    for (const NodeSummary& node : session_.nodes()) {
      const std::string prefix = node.path == "/" ? "" : node.path.substr(1) + "/";
      VDP_ASSIGN(const std::string text, session_.zarr_json(node.path));
      add(prefix + "zarr.json", as_bytes(text));
      if (node.kind != NodeKind::array) continue;
      VDP_ASSIGN(const Json document, parse_json(text));
      VDP_TRY(read_array(node.path, prefix, document.at("shape").size()));
    }
    return std::move(content_);
  }

 private:
  Status read_array(const std::string& path, const std::string& prefix, std::size_t rank) {
    std::vector<zarr::Shape> present;
    const auto visit = [&](const ChunkRefView& ref) { present.emplace_back(ref.index.begin(), ref.index.end()); };
    VDP_TRY(session_.for_each_ref(path, everything(rank), visit));
    for (const zarr::Shape& index : present) {
      VDP_ASSIGN(const auto bytes, session_.read_chunk(path, index, read_virtual_));
      if (!bytes)
        return invalid(fmt::format("{}: chunk [{}] has a reference and no bytes", path, fmt::join(index, ", ")));
      add(index.empty() ? prefix + "c" : fmt::format("{}c/{}", prefix, fmt::join(index, "/")), *bytes);
    }
    return {};
  }

  void add(const std::string& key, ByteView bytes) {
    content_[key] = as_bytes_ ? base64_encode(bytes) : sha256_hex(bytes);
  }

  const Session& session_;
  bool as_bytes_;
  SourceReader sources_;
  VirtualChunkReader read_virtual_;
  Json content_ = Json::object();
};

Result<Json> content(Session& session, const Json& step) { return Content(session, step).read(); }

Result<Json> read_chunk(Session& session, const Json& step) {
  VDP_ASSIGN(const auto bytes, session.read_chunk(path_of(step), index_of(step)));
  return bytes ? Json(base64_encode(*bytes)) : Json();
}

Result<Json> base(Session& session, const Json&) { return Json(session.base().text()); }

Result<Json> has_changes(Session& session, const Json&) { return Json(session.has_changes()); }

}  // namespace

const Operations<SessionOperation>& reading_operations() {
  static const Operations<SessionOperation> table = {
      {"dump", dump}, {"content", content}, {"read_chunk", read_chunk}, {"base", base}, {"has_changes", has_changes},
  };
  return table;
}

}  // namespace vdp::icechunk
