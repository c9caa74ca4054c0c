#include "icechunk/trials/tried_rows.h"

namespace vdp::icechunk {
namespace {

constexpr std::uint64_t tried_chunk = 7;
constexpr std::uint8_t tried_value = 77;

Result<Session> changed_session(const Repository& repository, const std::string& branch = "main") {
  VDP_ASSIGN(Session session, repository.writable_session(branch));
  VDP_TRY(session.set_chunk("/a", {tried_chunk}, Bytes(1000, tried_value)));
  return session;
}

bool tried_chunk_shows(Scene& scene) { return scene.value(Branch{"main"}, tried_chunk) == tried_value; }

// ---- Making and reading ----

TriedOperation create_row() {
  return {"create", entry_of<RepoInitialized>(),
          [](Scene& scene) { scene.memory = make_memory_store("empty", scene.clock); },
          [](Scene& scene, const ObjectStorePtr& over) -> Status {
            VDP_TRY(Repository::create(over, {}, scene.options()));
            return {};
          },
          [](Scene& scene) { return Repository::open(scene.memory).has_value(); }};
}

TriedOperation read_row() {
  return {"open and read", std::nullopt, two_commits, opened([](Scene&, const Repository& repository) -> Status {
            VDP_ASSIGN(const Session session, repository.readonly_session(Branch{"main"}));
            VDP_ASSIGN(const auto bytes, session.read_chunk("/a", {1}));
            // Whatever the store gave: a native chunk has no checksum of its own, but it has a size.
            if (!bytes || bytes->size() != 1000) ADD_FAILURE() << "a chunk of another size was read";
            return {};
          }),
          nullptr};
}

// ---- Commits ----

TriedOperation commit_row() {
  return {"commit", entry_of<NewCommit>(), two_commits, opened([](Scene&, const Repository& repository) -> Status {
            VDP_ASSIGN(Session session, changed_session(repository));
            return told(session.commit("tried"));
          }),
          tried_chunk_shows};
}

TriedOperation commit_beside_a_tag_row() {
  return {"commit while `repo` changes", entry_of<NewCommit>(), two_commits,
          opened([](Scene& scene, const Repository& repository) -> Status {
            VDP_ASSIGN(Session session, changed_session(repository));
            if (scene.info().find_tag("beside") == nullptr) {
              EXPECT_OK(scene.repository.create_tag("beside", scene.setup));
            }
            return told(session.commit("tried"));
          }),
          tried_chunk_shows};
}

/// Somebody else commits meanwhile, to another chunk: once, whatever happens to ours.
void commit_of_a_rival(Scene& scene) {
  if (scene.rival_entries > 0) return;
  scene.keep(5, 50);
  scene.rival_entries = 1;
}

/// A conflict that is one, settled as the pipeline does it.
TriedOperation replay_row() {
  return {"commit, conflict, replay", entry_of<NewCommit>(), two_commits,
          opened([](Scene& scene, const Repository& repository) -> Status {
            VDP_ASSIGN(Session late, changed_session(repository));
            commit_of_a_rival(scene);
            const Status first = told(late.commit("tried"));
            if (first || first.error().kind != ErrorKind::conflict) return first;
            VDP_ASSIGN(Session again, changed_session(repository));
            return told(again.commit("tried"));
          }),
          tried_chunk_shows};
}

TriedOperation rebase_row() {
  return {"commit with rebase", entry_of<NewCommit>(), two_commits,
          opened([](Scene& scene, const Repository& repository) -> Status {
            VDP_ASSIGN(Session session, changed_session(repository));
            commit_of_a_rival(scene);
            const ConflictDetector solver;
            CommitOptions options;
            options.solver = &solver;
            return told(session.commit("tried", Json::object(), options));
          }),
          tried_chunk_shows};
}

/// An array goes into a group, and its chunk with it.
TriedOperation move_row() {
  return {"move", entry_of<NewCommit>(),
          [](Scene& scene) {
            Session session = scene.repository.writable_session("main").value();
            EXPECT_OK(session.set_group("/g", zarr::zarr_json_group(Json::object())));
            EXPECT_OK(session.set_array("/b", int32_array({8}, {1})));
            EXPECT_OK(session.set_chunk("/b", {0}, Bytes(1000, tried_value)));
            scene.kept_snapshots.push_back(commit(session, "to be moved"));
          },
          opened([](Scene&, const Repository& repository) -> Status {
            VDP_ASSIGN(Session session, repository.rearrange_session("main"));
            VDP_TRY(session.move_node("/b", "/g/b"));
            return told(session.commit("tried"));
          }),
          [](Scene& scene) {
            const auto session = scene.open(scene.memory).readonly_session(Branch{"main"});
            return session && session->kind("/g/b") == NodeKind::array && !session->kind("/b");
          }};
}

TriedOperation fork_row() {
  return {"forks, merge, commit", entry_of<NewCommit>(), two_commits,
          opened([](Scene&, const Repository& repository) -> Status {
            VDP_ASSIGN(Session session, changed_session(repository));
            VDP_ASSIGN(const Fork fork, session.fork());
            for (const std::uint64_t chunk : {3, 4}) {
              VDP_ASSIGN(Session worker, repository.forked_session(fork));
              VDP_TRY(worker.set_chunk("/a", {chunk}, Bytes(1000, tried_value)));
              VDP_ASSIGN(const Fork changes, worker.export_changes());
              VDP_TRY(session.merge(changes));
            }
            return told(session.commit("tried"));
          }),
          [](Scene& scene) {
            return tried_chunk_shows(scene) && scene.value(Branch{"main"}, 3) == tried_value &&
                   scene.value(Branch{"main"}, 4) == tried_value;
          }};
}

TriedOperation amend_row() {
  return {"amend", entry_of<CommitAmended>(),
          [](Scene& scene) {
            two_commits(scene);
            scene.commit(6, 60);
            scene.kept_chunks[6] = 60;
          },
          opened([](Scene&, const Repository& repository) -> Status {
            VDP_ASSIGN(Session session, changed_session(repository));
            return told(session.amend("tried"));
          }),
          tried_chunk_shows};
}

TriedOperation flush_row() {
  return {"flush", entry_of<NewDetachedSnapshot>(), two_commits,
          opened([](Scene&, const Repository& repository) -> Status {
            VDP_ASSIGN(Session session, changed_session(repository));
            return told(session.flush("tried"));
          }),
          [](Scene& scene) {
            const RepoInfo info = scene.info();
            const auto tried = std::ranges::find(info.snapshots, "tried", &SnapshotInfo::message);
            return tried != info.snapshots.end() && scene.value(tried->id, tried_chunk) == tried_value;
          }};
}

TriedOperation shift_row() {
  return {"shift chunks, commit", entry_of<NewCommit>(),
          [](Scene& scene) {
            two_commits(scene);
            scene.commit(6, 60);
          },
          opened([](Scene&, const Repository& repository) -> Status {
            VDP_ASSIGN(Session session, repository.writable_session("main"));
            VDP_TRY(session.reindex_chunks("/a", 0, {{0, 2, 0}, {6, 1, 5}}));
            return told(session.commit("tried"));
          }),
          [](Scene& scene) { return scene.value(Branch{"main"}, 5) == 60; }};
}

// ---- Refs and settings ----

/// A row of one call.
TriedOperation simple_row(std::string name, std::size_t entry, std::function<Status(Scene&, Repository&)> call,
                          std::function<bool(Scene&)> shows) {
  return {std::move(name), entry, two_commits,
          opened([call = std::move(call)](Scene& scene, Repository repository) { return call(scene, repository); }),
          std::move(shows)};
}

/// Two branches and two tags beside main.
void named(Scene& scene) {
  two_commits(scene);
  for (const char* name : {"one", "two"}) {
    EXPECT_OK(scene.repository.create_branch(name, scene.setup));
    EXPECT_OK(scene.repository.create_tag(name, scene.setup));
  }
}

std::vector<TriedOperation> ref_rows() {
  std::vector<TriedOperation> rows = {
      simple_row(
          "create branch", entry_of<BranchCreated>(),
          [](Scene& scene, Repository& repository) { return repository.create_branch("new", scene.setup); },
          [](Scene& scene) { return scene.info().find_branch("new") != nullptr; }),
      simple_row(
          "delete branch", entry_of<BranchDeleted>(),
          [](Scene&, Repository& repository) { return repository.delete_branch("one"); },
          [](Scene& scene) { return scene.info().find_branch("one") == nullptr; }),
      simple_row(
          "reset branch", entry_of<BranchReset>(),
          [](Scene& scene, Repository& repository) {
            return repository.reset_branch("one", scene.kept_snapshots.front(), scene.setup);
          },
          [](Scene& scene) { return scene.value(Branch{"one"}, 0) == 1; }),
      simple_row(
          "create tag", entry_of<TagCreated>(),
          [](Scene& scene, Repository& repository) { return repository.create_tag("new", scene.setup); },
          [](Scene& scene) { return scene.info().find_tag("new") != nullptr; }),
      simple_row(
          "delete tag", entry_of<TagDeleted>(),
          [](Scene&, Repository& repository) { return repository.delete_tag("one"); },
          [](Scene& scene) { return scene.info().find_tag("one") == nullptr; }),
  };
  for (TriedOperation& row : rows) row.prepare = named;
  return rows;
}

std::vector<TriedOperation> setting_rows() {
  return {
      simple_row(
          "save config", entry_of<ConfigChanged>(),
          [](Scene&, Repository& repository) {
            RepositoryConfig config;
            config.set_updates_per_repo_object(500);
            return repository.save_config(config);
          },
          [](Scene& scene) { return scene.info().config.has_value(); }),
      simple_row(
          "set status", entry_of<StatusChanged>(),
          [](Scene&, Repository& repository) { return repository.set_status(Availability::read_only, "moving"); },
          [](Scene& scene) { return scene.info().status.availability == Availability::read_only; }),
      simple_row(
          "set metadata", entry_of<MetadataChanged>(),
          [](Scene&, Repository& repository) { return repository.set_metadata({{"owner", "us"}}); },
          [](Scene& scene) { return !scene.info().metadata.empty(); }),
      simple_row(
          "set feature flag", entry_of<FeatureFlagChanged>(),
          [](Scene&, Repository& repository) { return repository.set_feature_flag(FeatureFlag::move_node, false); },
          [](Scene& scene) { return !scene.open(scene.memory).feature_flags()->at(FeatureFlag::move_node); }),
  };
}

}  // namespace

Status told(const Result<CommitOutcome>& outcome) {
  if (!outcome) return std::unexpected(outcome.error());
  if (const auto* found = std::get_if<CommitConflict>(&*outcome)) return conflict("at " + found->found_tip.text());
  if (const auto* unknown = std::get_if<CommitUnknown>(&*outcome)) {
    return fail(ErrorKind::outcome_unknown, unknown->reason);
  }
  if (std::holds_alternative<NothingToCommit>(*outcome)) return internal("nothing to commit");
  return {};
}

const std::vector<TriedOperation>& tried_operations() {
  static const std::vector<TriedOperation> rows = [] {
    std::vector<TriedOperation> all = {create_row(), read_row(),   commit_row(), commit_beside_a_tag_row(),
                                       replay_row(), rebase_row(), move_row(),   amend_row(),
                                       fork_row(),   flush_row(),  shift_row()};
    for (const auto& more : {ref_rows(), setting_rows(), upkeep_rows()})
      all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return rows;
}

}  // namespace vdp::icechunk
