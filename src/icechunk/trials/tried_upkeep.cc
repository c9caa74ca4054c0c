// Rows of the table: upkeep.
#include "icechunk/trials/tried_rows.h"
#include "icechunk/upkeep/migrate.h"
#include "icechunk/upkeep/rewrite_manifests.h"
#include "icechunk/upkeep/statistics.h"

namespace vdp::icechunk {
namespace {

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

/// The same objects without `repo`, and with names as version 1 has them. Snapshots of version 2 tell no parents there,
/// so that the history is no longer than its tip.
void of_version_one(Scene& scene) {
  two_commits(scene);
  scene.kept_snapshots.erase(scene.kept_snapshots.begin());
  EXPECT_OK(scene.memory->remove(repo_key));
  for (const char* name : {"branch.main", "branch.dev", "tag.v1"}) {
    const std::string ref = "{\"snapshot\":\"" + scene.kept_snapshots.back().text() + "\"}";
    EXPECT_OK(scene.memory->put(std::string("refs/") + name + "/ref.json", as_bytes(ref)));
  }
}

TriedOperation migrate_row() {
  TriedOperation row{"migrate", entry_of<RepoMigrated>(), of_version_one,
                     [](Scene& scene, const ObjectStorePtr& over) -> Status {
                       MigrateOptions options;
                       options.threads = 1;
                       VDP_TRY(migrate(over, options, scene.options()));
                       return {};
                     },
                     [](Scene& scene) { return Repository::open(scene.memory)->format_version() == 2; }};
  row.deletes = true;
  return row;
}

TriedOperation rewrite_manifests_row() {
  return {"rewrite manifests", entry_of<NewCommit>(), two_commits,
          opened([](Scene&, const Repository& repository) -> Status {
            RewriteManifestsOptions options;
            options.splitting = ManifestSplitting({{{}, {{DimensionSplit::Kind::axis, 0, "", 1}}}});
            options.message = "tried";
            VDP_TRY(rewrite_manifests(repository, options));
            return {};
          }),
          [](Scene& scene) {
            const auto arrays = array_statistics(scene.repository, *scene.repository.resolve(Branch{"main"}));
            return arrays && arrays->at(0).manifests == 2;
          }};
}

}  // namespace

std::vector<TriedOperation> upkeep_rows() {
  return {expire_row(), collect_row(), migrate_row(), rewrite_manifests_row()};
}

}  // namespace vdp::icechunk
