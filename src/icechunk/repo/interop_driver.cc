// Runs a script of repository operations, so that tests in Python can set this library against the official one.
// Reads a JSON list of {"op": NAME, ...} from standard input, and prints a JSON list of what each one gave:
// {"ok": VALUE} or {"error": KIND, "message": TEXT}.
#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "base/base64.h"
#include "icechunk/repo/interop_repository_ops.h"
#include "icechunk/repo/repository_state.h"
#include "store/open_store.h"

namespace vdp::icechunk {
namespace {

Json ref_json(const ChunkRefView& ref) {
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

class Driver {
 public:
  Result<Json> run(const Json& step) {
    const std::string op = step.at("op");
    if (op == "create" || op == "open") return open(step, op == "create");
    if (!repository_) return invalid("no repository is open");
    if (op == "session" || op == "readonly") return start(step, op == "session");
    if (op == "refs") return refs();
    if (op == "history") return history(step);
    if (op == "snapshots") return snapshots();
    if (op == "operations") return operations();
    if (op == "config") return config();
    if (op == "save_config") return save_config(step);
    if (const auto answer = run_repository_op(*repository_, op, step)) return *answer;
    if (!session_) return invalid("no session is open");
    if (op == "dump") return dump();
    if (op == "read_chunk") return read_chunk(step);
    if (const auto answer = run_commit_op(*session_, op, step)) return *answer;
    return write(step, op);
  }

 private:
  static Json succeeded() { return true; }
  static std::string path(const Json& step) { return step.at("path"); }
  static zarr::Shape index(const Json& step, const char* key = "index") { return step.at(key).get<zarr::Shape>(); }

  static Revision revision(const Json& step) {
    if (step.contains("tag")) return Tag{step.at("tag")};
    if (step.contains("snapshot")) return *SnapshotId::parse(step.at("snapshot").get<std::string>());
    return Branch{step.value("branch", "main")};
  }

  Result<Json> open(const Json& step, bool create) {
    VDP_ASSIGN(ObjectStorePtr store, open_store(step.at("url").get<std::string>()));
    session_.reset();
    RepositoryConfig config(step.value("config", Json()));
    if (step.contains("split")) {
      const Json& split = step.at("split");
      config.set_manifest_splitting(split_along(split.at("dimension"), split.at("arrays"), split.at("refs_per_cell")));
    }
    if (step.contains("local_container")) {
      VDP_TRY(config.set_virtual_chunk_container(local_container(step.at("local_container"))));
    }
    VDP_ASSIGN(Repository repository,
               create ? Repository::create(std::move(store), config) : Repository::open(std::move(store)));
    repository_.emplace(std::move(repository));
    return Json(repository_->format_version());
  }

  Result<Json> start(const Json& step, bool writable) {
    VDP_ASSIGN(Session session, writable ? repository_->writable_session(step.value("branch", "main"))
                                         : repository_->readonly_session(revision(step)));
    session_.emplace(std::move(session));
    return Json(session_->base().text());
  }

  Result<Json> refs() {
    VDP_ASSIGN(const Refs refs, repository_->refs());
    Json json = {{"branches", Json::object()}, {"tags", Json::object()}, {"deleted_tags", Json::object()}};
    for (const auto& [name, id] : refs.branches) json["branches"][name] = id.text();
    for (const auto& [name, id] : refs.tags) json["tags"][name] = id.text();
    for (const auto& [name, id] : refs.deleted_tags) json["deleted_tags"][name] = id ? Json(id->text()) : Json();
    return json;
  }

  Result<Json> history(const Json& step) {
    VDP_ASSIGN(const auto history, repository_->history(revision(step)));
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
  Result<Json> snapshots() {
    VDP_ASSIGN(const auto repo, repository_->state().load_repo());
    Json json = Json::object();
    for (const SnapshotInfo& one : repo->info.snapshots) {
      Json pruned = Json::array();
      for (const SnapshotId& id : one.pruned_ancestor_logs) pruned.push_back(id.text());
      json[one.id.text()] = {{"parent", one.parent < 0 ? Json() : Json(repo->info.snapshots[one.parent].id.text())},
                             {"pruned", std::move(pruned)}};
    }
    return json;
  }

  Result<Json> operations() {
    VDP_ASSIGN(const auto operations, repository_->operations());
    Json json = Json::array();
    for (const Operation& one : operations) json.push_back({one.updated_at_us, one.description});
    return json;
  }

  Result<Json> config() {
    VDP_ASSIGN(const RepositoryConfig config, repository_->config());
    return config.document();
  }

  Result<Json> save_config(const Json& step) {
    VDP_TRY(repository_->save_config(RepositoryConfig(step.at("config"))));
    return succeeded();
  }

  Result<Json> dump() {
    Json json = Json::object();
    for (const NodeSummary& node : session_->nodes()) {
      VDP_ASSIGN(const std::string text, session_->zarr_json(node.path));
      Json entry = {{"kind", node.kind == NodeKind::array ? "array" : "group"}, {"zarr_json", text}};
      if (node.kind == NodeKind::array) {
        Json found = Json::array();
        const std::size_t rank = parse_json(text)->at("shape").size();
        const ChunkBox all{zarr::Shape(rank, 0), zarr::Shape(rank, UINT32_MAX)};
        const auto visit = [&](const ChunkRefView& ref) { found.push_back(ref_json(ref)); };
        VDP_TRY(session_->for_each_ref(node.path, all, visit));
        entry["refs"] = std::move(found);
      }
      json[node.path] = std::move(entry);
    }
    return json;
  }

  Result<Json> read_chunk(const Json& step) {
    VDP_ASSIGN(const auto bytes, session_->read_chunk(path(step), index(step)));
    return bytes ? Json(base64_encode(*bytes)) : Json();
  }

  Result<Json> write(const Json& step, const std::string& op) {
    if (op == "set_group") {
      VDP_TRY(session_->set_group(path(step), zarr::zarr_json_group(step.value("attributes", Json::object()))));
    } else if (op == "set_array") {
      VDP_TRY(session_->set_array(path(step), step.at("zarr_json").dump()));
    } else if (op == "set_chunk") {
      VDP_ASSIGN(Bytes bytes, base64_decode(step.at("bytes").get<std::string>()));
      VDP_TRY(session_->set_chunk(path(step), index(step), std::move(bytes)));
    } else if (op == "set_refs") {
      VDP_TRY(session_->set_refs(path(step), manifest(step), index(step, "origin")));
    } else if (op == "delete_chunk") {
      VDP_TRY(session_->delete_chunk(path(step), index(step)));
    } else if (op == "clear_box") {
      VDP_TRY(session_->clear_box(path(step), {index(step, "begin"), index(step, "end")}));
    } else if (op == "delete_node") {
      VDP_TRY(session_->delete_node(path(step)));
    } else {
      return invalid("unknown operation " + op);
    }
    return succeeded();
  }

  /// {"grid": [...], "refs": [[index, url, offset, length, last_modified_s, etag] or [index, base64]]}
  static ChunkManifest manifest(const Json& step) {
    ChunkManifest manifest(step.at("grid").get<zarr::Shape>());
    for (const Json& ref : step.at("refs")) {
      const std::uint64_t position = manifest.linear(ref[0].get<zarr::Shape>());
      if (ref.size() == 2) {
        manifest.set_inline(position, *base64_decode(ref[1].get<std::string>()));
        continue;
      }
      const std::uint32_t location = manifest.add_location({ref[1], ref[5], ref[4]});
      manifest.set_virtual(position, {location, ref[2], ref[3]});
    }
    return manifest;
  }

  std::optional<Repository> repository_;
  std::optional<Session> session_;
};

int run_script() {
  const std::string text((std::istreambuf_iterator<char>(std::cin)), {});
  const Json script = Json::parse(text);
  Driver driver;
  Json answers = Json::array();
  for (const Json& step : script) {
    const Result<Json> answer = driver.run(step);
    if (answer) {
      answers.push_back({{"ok", *answer}});
    } else {
      answers.push_back({{"error", to_string(answer.error().kind)}, {"message", answer.error().text()}});
    }
  }
  std::cout << answers.dump() << "\n";
  return 0;
}

}  // namespace
}  // namespace vdp::icechunk

int main() {
  try {
    return vdp::icechunk::run_script();
  } catch (const std::exception& error) {
    std::cerr << "bad script: " << error.what() << "\n";
    return 2;
  }
}
