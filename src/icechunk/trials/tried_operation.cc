#include "icechunk/trials/tried_operation.h"

namespace vdp::icechunk {
namespace {

constexpr std::uint64_t tried_chunk = 7;
constexpr std::uint8_t tried_value = 77;

template <typename Entry>
std::size_t entry_of() {
  return Update(Entry{}).index();
}

/// Two commits on main.
void two_commits(Scene& scene) {
  scene.keep(0, 1);
  scene.keep(1, 2);
}

/// What a row does with a repository that was opened over the faulty store.
template <typename Perform>
auto opened(Perform perform) {
  return [perform](Scene& scene, const ObjectStorePtr& over) -> Status {
    VDP_ASSIGN(Repository repository, Repository::open(over, scene.options()));
    return perform(scene, repository);
  };
}

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

/// A conflict that is one, settled as the pipeline does it.
TriedOperation replay_row() {
  return {"commit, conflict, replay", entry_of<NewCommit>(), two_commits,
          opened([](Scene& scene, const Repository& repository) -> Status {
            VDP_ASSIGN(Session late, changed_session(repository));
            if (scene.rival_entries == 0) {
              scene.keep(5, 50);
              scene.rival_entries = 1;
            }
            const Status first = told(late.commit("tried"));
            if (first || first.error().kind != ErrorKind::conflict) return first;
            VDP_ASSIGN(Session again, changed_session(repository));
            return told(again.commit("tried"));
          }),
          tried_chunk_shows};
}

// ---- Refs and settings ----

TriedOperation create_branch_row() {
  return {"create branch", entry_of<BranchCreated>(), two_commits,
          opened([](Scene& scene, Repository repository) { return repository.create_branch("new", scene.setup); }),
          [](Scene& scene) { return scene.info().find_branch("new") != nullptr; }};
}

TriedOperation create_tag_row() {
  return {"create tag", entry_of<TagCreated>(), two_commits,
          opened([](Scene& scene, Repository repository) { return repository.create_tag("new", scene.setup); }),
          [](Scene& scene) { return scene.info().find_tag("new") != nullptr; }};
}

TriedOperation save_config_row() {
  return {"save config", entry_of<ConfigChanged>(), two_commits, opened([](Scene&, Repository repository) {
            RepositoryConfig config;
            config.set_updates_per_repo_object(500);
            return repository.save_config(config);
          }),
          [](Scene& scene) { return scene.info().config.has_value(); }};
}

// ---- Upkeep ----

/// An old history with a tag, an abandoned branch and an orphan, and then younger commits and such a branch.
void old_and_young(Scene& scene) {
  const SnapshotId old = scene.commit(0, 1);
  scene.commit(0, 2);
  EXPECT_OK(scene.repository.create_tag("old", old));
  EXPECT_OK(scene.repository.create_branch("gone", scene.setup));
  scene.commit(4, 40, "gone");
  scene.delete_branch("gone");
  EXPECT_OK(scene.memory->put(chunk_key(ChunkId::random(scene.random)), Bytes(9, 9)));
  scene.clock.sleep_us(hour_us);
  scene.cutoff_us = scene.clock.now_us();
  scene.clock.sleep_us(hour_us);
  scene.keep(1, 3);
  EXPECT_OK(scene.repository.create_branch("lost", scene.setup));
  scene.commit(4, 41, "lost");
  scene.delete_branch("lost");
  scene.keep(2, 4);
  scene.kept_chunks[0] = 2;
  scene.clock.sleep_us(2 * day_us);
}

Status expire_old(Scene& scene, const Repository& repository) {
  ExpireOptions options;
  options.older_than_us = scene.cutoff_us;
  VDP_TRY(expire(repository, options));
  return {};
}

TriedOperation expire_row() {
  return {"expire", entry_of<SnapshotsExpired>(), old_and_young, opened(expire_old),
          [](Scene& scene) { return scene.repository.history(Branch{"main"})->size() == 3; }};
}

TriedOperation collect_row() {
  TriedOperation row{"collect", entry_of<GarbageCollected>(),
                     [](Scene& scene) {
                       old_and_young(scene);
                       EXPECT_OK(expire_old(scene, scene.repository));
                     },
                     opened([](Scene& scene, const Repository& repository) -> Status {
                       CollectOptions options;
                       options.older_than_us = scene.clock.now_us() - day_us;
                       options.threads = 1;
                       options.max_batch = 2;
                       VDP_TRY(collect(repository, options));
                       return {};
                     }),
                     [](Scene& scene) { return scene.info().snapshots.size() == 4; }};
  row.deletes = true;
  return row;
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
  static const std::vector<TriedOperation> rows = {
      create_row(), read_row(),          commit_row(),     commit_beside_a_tag_row(),
      replay_row(), create_branch_row(), create_tag_row(), save_config_row(),
      expire_row(), collect_row(),
  };
  return rows;
}

}  // namespace vdp::icechunk
