#include <set>

#include "icechunk/interop/operations.h"
#include "icechunk/interop/step_fields.h"
#include "icechunk/upkeep/migrate.h"
#include "store/open_store.h"

namespace vdp::icechunk {
namespace {

/// {"config": DOCUMENT, "split": {...}, "local_container": DIRECTORY}, all of them optional.
Result<RepositoryConfig> config_of(const Json& step) {
  RepositoryConfig config(step.value("config", Json()));
  if (step.contains("split")) {
    const Json& split = step.at("split");
    config.set_manifest_splitting(split_along(split.at("dimension"), split.at("arrays"), split.at("refs_per_cell")));
  }
  if (step.contains("local_container")) {
    VDP_TRY(config.set_virtual_chunk_container(local_container(step.at("local_container"))));
  }
  return config;
}

Result<Json> hold(Opened& opened, const ObjectStorePtr& store, Result<Repository> repository) {
  opened.sessions.clear();
  opened.repository.reset();
  VDP_ASSIGN(Repository found, std::move(repository));
  opened.store = store;
  opened.repository.emplace(std::move(found));
  return Json(opened.repository->format_version());
}

Result<Json> create(Opened& opened, const Json& step) {
  VDP_ASSIGN(const ObjectStorePtr store, open_store(step.at("url").get<std::string>()));
  VDP_ASSIGN(const RepositoryConfig config, config_of(step));
  return hold(opened, store, Repository::create(store, config));
}

/// The same: what the caller wants otherwise than the stored configuration says.
Result<Json> open(Opened& opened, const Json& step) {
  VDP_ASSIGN(const ObjectStorePtr store, open_store(step.at("url").get<std::string>()));
  RepositoryOptions options;
  VDP_ASSIGN(options.config, config_of(step));
  return hold(opened, store, Repository::open(store, options));
}

/// {"url": URL, "dry_run": bool, "delete_former_refs": bool}. The repository is not open afterwards.
Result<Json> migrate_store(Opened& opened, const Json& step) {
  opened.sessions.clear();
  opened.repository.reset();
  VDP_ASSIGN(const ObjectStorePtr store, open_store(step.at("url").get<std::string>()));
  MigrateOptions options;
  options.dry_run = step.value("dry_run", false);
  options.delete_former_refs = step.value("delete_former_refs", true);
  VDP_ASSIGN(const MigrateReport report, migrate(store, options));
  return Json{{"was_migrated", report.was_migrated}, {"snapshots", report.snapshots},
              {"branches", report.branches},         {"tags", report.tags},
              {"deleted_tags", report.deleted_tags}, {"operations", report.operations},
              {"has_config", report.has_config},     {"deleted_objects", report.deleted_objects}};
}

/// {"from": URL, "to": URL}: afterwards the second store has the objects of the first, and no others.
Result<Json> mirror(Opened&, const Json& step) {
  VDP_ASSIGN(const ObjectStorePtr from, open_store(step.at("from").get<std::string>()));
  VDP_ASSIGN(const ObjectStorePtr to, open_store(step.at("to").get<std::string>()));
  VDP_ASSIGN(const auto wanted, from->list(""));
  VDP_ASSIGN(const auto present, to->list(""));
  std::set<std::string> superfluous;
  for (const ObjectInfo& object : present) superfluous.insert(object.key);
  for (const ObjectInfo& object : wanted) {
    VDP_ASSIGN(const ObjectData data, from->get(object.key));
    // What is named by an id never changes, and its age tells the collector whether it may go.
    const bool is_there = superfluous.erase(object.key) > 0;
    if (is_there) {
      VDP_ASSIGN(const ObjectData other, to->get(object.key));
      if (other.bytes == data.bytes) continue;
    }
    VDP_TRY(to->put(object.key, data.bytes));
  }
  VDP_TRY(to->remove_all(std::vector<std::string>(superfluous.begin(), superfluous.end())));
  return Json(wanted.size());
}

Result<Json> start(Opened& opened, const Json& step, Result<Session> started) {
  VDP_ASSIGN(Session session, std::move(started));
  const std::string base = session.base().text();
  opened.sessions.insert_or_assign(step.value("session", ""), std::move(session));
  return Json(base);
}

Result<Json> start_writing(Opened& opened, const Json& step) {
  if (!opened.repository) return invalid("no repository is open");
  return start(opened, step, opened.repository->writable_session(step.value("branch", "main")));
}

Result<Json> start_reading(Opened& opened, const Json& step) {
  if (!opened.repository) return invalid("no repository is open");
  VDP_ASSIGN(const Revision revision, revision_of(step));
  return start(opened, step, opened.repository->readonly_session(revision));
}

Result<Json> start_rearranging(Opened& opened, const Json& step) {
  if (!opened.repository) return invalid("no repository is open");
  return start(opened, step, opened.repository->rearrange_session(step.value("branch", "main")));
}

/// {"fork": BASE64}
Result<Json> start_forked(Opened& opened, const Json& step) {
  if (!opened.repository) return invalid("no repository is open");
  VDP_ASSIGN(const Fork fork, fork_of(step));
  return start(opened, step, opened.repository->forked_session(fork));
}

Result<Json> close_session(Opened& opened, const Json& step) {
  return Json(opened.sessions.erase(step.value("session", "")) > 0);
}

}  // namespace

const Operations<StoreOperation>& store_operations() {
  static const Operations<StoreOperation> operations = {
      {"create", create},
      {"open", open},
      {"migrate", migrate_store},
      {"mirror", mirror},
      {"session", start_writing},
      {"readonly", start_reading},
      {"close_session", close_session},
      {"rearrange", start_rearranging},
      {"forked", start_forked},
  };
  return operations;
}

}  // namespace vdp::icechunk
