#include "icechunk/repo/repository.h"

#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/repo_edit.h"
#include "icechunk/repo/test_repository.h"

namespace vdp::icechunk {
namespace {

/// Puts a changed `repo` into the store, as somebody else would.
template <typename Change>
void change_repo(ObjectStore& store, Change&& change) {
  RepoInfo info = decode_repo_info(store.get(repo_key)->bytes).value();
  change(info);
  ASSERT_TRUE(store.put(repo_key, encode_repo_info(info).value()));
}

TEST(Repository, IsMadeOnlyInAnEmptyPlace) {
  const ObjectStorePtr store = make_memory_store();
  EXPECT_EQ(Repository::exists(*store).value(), false);
  EXPECT_EQ(Repository::open(store).error().kind, ErrorKind::not_found);
  const Repository repository = new_repository(store);
  EXPECT_EQ(repository.format_version(), 2);
  EXPECT_EQ(Repository::exists(*store).value(), true);
  EXPECT_EQ(Repository::create(store).error().kind, ErrorKind::conflict);

  const ObjectStorePtr littered = make_memory_store();
  ASSERT_TRUE(littered->put("README", Bytes{1}));
  EXPECT_EQ(Repository::create(littered).error().kind, ErrorKind::conflict);
}

TEST(Repository, IsMadeAnewWhereTheMakingWasCutOff) {
  const ObjectStorePtr store = make_memory_store();
  new_repository(store);
  ASSERT_TRUE(store->remove(repo_key));  // the last object that is written
  EXPECT_OK(Repository::create(store));
  EXPECT_OK(Repository::open(store)->writable_session("main"));
}

TEST(Repository, HasTheObjectsOfTheFormat) {
  const ObjectStorePtr store = make_memory_store();
  new_repository(store);
  std::vector<std::string> keys;
  const auto objects = store->list("").value();
  for (const ObjectInfo& object : objects) keys.push_back(object.key);
  EXPECT_EQ(keys,
            (std::vector<std::string>{"repo", "snapshots/1CECHNKREP0F1RSTCMT0", "transactions/1CECHNKREP0F1RSTCMT0"}));
}

TEST(Repository, ConfigurationIsSavedAsAnUpdate) {
  Repository repository = new_repository(make_memory_store());
  EXPECT_TRUE(repository.config()->is_default());
  RepositoryConfig config(Json{{"inline_chunk_threshold_bytes", 3}, {"future", {1, 2}}});
  EXPECT_OK(repository.save_config(config));
  EXPECT_TRUE(same_json(repository.config()->document(), config.document()));
  EXPECT_EQ(repository.operations()->front().description, "configuration changed");
  Session session = with_array(repository, int32_array({4}, {2}));
  EXPECT_OK(session.set_chunk("/a", {0}, Bytes(4, 1)));
  ASSERT_TRUE(session.commit("a chunk of its own"));
  EXPECT_EQ(count_objects(repository.store(), "chunks/"), 1u);
}

TEST(Repository, ALimitedOneIsOnlyRead) {
  const ObjectStorePtr store = make_memory_store();
  Repository repository = new_repository(store);
  Session session = with_array(repository, int32_array({4}, {2}));
  change_repo(*store, [](RepoInfo& info) { info.status = {Availability::read_only, 5, "maintenance"}; });
  EXPECT_EQ(repository.writable().error().kind, ErrorKind::denied);
  EXPECT_NE(repository.writable().error().text().find("maintenance"), std::string::npos);
  EXPECT_EQ(repository.writable_session("main").error().kind, ErrorKind::denied);
  EXPECT_EQ(session.commit("x").error().kind, ErrorKind::denied);
  EXPECT_EQ(repository.create_tag("t", session.base()).error().kind, ErrorKind::denied);
  EXPECT_OK(repository.readonly_session(Branch{"main"}));
}

TEST(Repository, TagsStandForOneSnapshotForEver) {
  const ObjectStorePtr store = make_memory_store();
  Repository repository = new_repository(store);
  const SnapshotId root = repository.resolve(Branch{"main"}).value();
  EXPECT_OK(repository.create_tag("v1", root));
  EXPECT_EQ(repository.create_tag("v1", root).error().kind, ErrorKind::conflict);
  change_repo(*store, [](RepoInfo& info) { info.deleted_tags = {"gone"}; });
  EXPECT_EQ(repository.create_tag("gone", root).error().kind, ErrorKind::conflict);
  EXPECT_EQ(repository.create_tag("v2", SnapshotId{{1}}).error().kind, ErrorKind::not_found);
  EXPECT_EQ(repository.resolve(Tag{"v1"}).value(), root);
  EXPECT_EQ(repository.resolve(Tag{"v9"}).error().kind, ErrorKind::not_found);
  EXPECT_EQ(repository.resolve(SnapshotId{{1}}).error().kind, ErrorKind::not_found);
}

TEST(Repository, WhatWeDoNotChangeIsKept) {
  const ObjectStorePtr store = make_memory_store();
  Repository repository = new_repository(store);
  change_repo(*store, [](RepoInfo& info) {
    info.metadata = encode_metadata({{"owner", "x"}});
    info.deleted_tags = {"gone"};
    info.enabled_feature_flags = {4};
    info.disabled_feature_flags = {3};
    info.snapshots[0].pruned_ancestor_logs = {SnapshotId{{9}}};
    info.extra = Bytes{1, 2, 3};
  });
  Session session = with_array(repository, int32_array({4}, {2}));
  commit(session);
  const RepoInfo info = decode_repo_info(store->get(repo_key)->bytes).value();
  EXPECT_EQ(decode_metadata(info.metadata, 2).value(), Json({{"owner", "x"}}));
  EXPECT_EQ(info.deleted_tags, std::vector<std::string>{"gone"});
  EXPECT_EQ(info.enabled_feature_flags, std::vector<std::uint16_t>{4});
  EXPECT_EQ(info.disabled_feature_flags, std::vector<std::uint16_t>{3});
  EXPECT_EQ(info.snapshots[*info.find_snapshot(first_snapshot_id)].pruned_ancestor_logs.size(), 1u);
  EXPECT_EQ(info.extra, (Bytes{1, 2, 3}));
}

TEST(Repository, VersionOneIsReadOnly) {
  const ObjectStorePtr store = make_memory_store();
  Session session = with_array(new_repository(store), int32_array({4}, {2}));
  const SnapshotId id = commit(session);
  // Version 1 has no `repo`; the snapshots of version 2 serve as well.
  ASSERT_TRUE(store->remove(repo_key));
  const Bytes ref = to_bytes("{\"snapshot\":\"" + id.text() + "\"}");
  for (const char* key : {"refs/branch.main/ref.json", "refs/tag.v1/ref.json", "refs/tag.gone/ref.json"}) {
    ASSERT_TRUE(store->put(key, ref));
  }
  ASSERT_TRUE(store->put("refs/tag.gone/ref.json.deleted", Bytes{}));
  Repository repository = Repository::open(store).value();
  EXPECT_EQ(repository.format_version(), 1);
  const Refs refs = repository.refs().value();
  EXPECT_EQ(refs.branches.at("main"), id);
  EXPECT_EQ(refs.tags.size(), 1u);
  EXPECT_EQ(refs.deleted_tags.at("gone"), id);
  EXPECT_EQ(repository.readonly_session(Tag{"v1"})->nodes().size(), 2u);

  const auto before = store->list("").value().size();
  const Error refused = repository.writable_session("main").error();
  EXPECT_EQ(refused.kind, ErrorKind::unsupported);
  EXPECT_NE(refused.text().find("migrate"), std::string::npos);
  const std::vector<Status> writes = {repository.create_branch("x", id),
                                      repository.delete_branch("x"),
                                      repository.reset_branch("main", id),
                                      repository.create_tag("x", id),
                                      repository.delete_tag("v1"),
                                      repository.save_config(),
                                      repository.save_config(RepositoryConfig()),
                                      repository.set_status(Availability::read_only, std::nullopt),
                                      repository.set_metadata(Json::object()),
                                      repository.set_feature_flag(FeatureFlag::create_tag, false)};
  for (const Status& write : writes) {
    ASSERT_FALSE(write);
    EXPECT_EQ(write.error().text(), refused.text());
  }
  EXPECT_EQ(store->list("")->size(), before);
}

TEST(Repository, DamagedObjectsAreErrors) {
  const ObjectStorePtr store = make_memory_store();
  Session session = with_array(new_repository(store), int32_array({4}, {2}));
  EXPECT_OK(session.set_refs("/a", steps({2}, "s3://b/k"), {0}));
  commit(session);
  const auto objects = store->list("").value();
  int refused = 0;
  for (const ObjectInfo& object : objects) {
    if (object.key.starts_with("transactions/") || object.key.starts_with("overwritten/")) continue;
    const Bytes whole = store->get(object.key)->bytes;
    for (std::size_t size = 0; size < whole.size(); size += 5) {
      ASSERT_TRUE(store->put(object.key, ByteView(whole).first(size)));
      const auto repository = Repository::open(store);
      const auto reader = repository ? repository->readonly_session(Branch{"main"})
                                     : Result<Session>(std::unexpected(repository.error()));
      const auto ref =
          reader ? reader->chunk_ref("/a", {0}) : Result<std::optional<ChunkRef>>(std::unexpected(reader.error()));
      const bool first_snapshot = object.key.ends_with(first_snapshot_id.text());
      EXPECT_EQ(ref.has_value(), first_snapshot) << object.key << " cut at " << size;
      refused += !ref;
    }
    ASSERT_TRUE(store->put(object.key, whole));
  }
  EXPECT_GT(refused, 50);
}

TEST(RepoEdit, InsertingASnapshotShiftsWhatPointsBehindIt) {
  RepoInfo info;
  info.snapshots = {{SnapshotId{{2}}, -1, 0, "", {}, {}}, {SnapshotId{{4}}, 0, 0, "", {}, {}}};
  info.branches = {{"main", 1}};
  info.tags = {{"t", 0}};
  EXPECT_EQ(insert_snapshot(info, {SnapshotId{{3}}, 1, 0, "new", {}, {}}), 1u);
  EXPECT_EQ(info.branches[0].snapshot, 2u);
  EXPECT_EQ(info.tags[0].snapshot, 0u);
  EXPECT_EQ(info.snapshots[1].parent, 2);
  EXPECT_EQ(info.snapshots[2].parent, 0);
  EXPECT_EQ(info.snapshots[0].parent, -1);
}

TEST(RepoEdit, TheLogIsCutOnlyAtABackup) {
  RepoInfo info;
  info.latest_updates = {
      {ConfigChanged{}, 30, std::nullopt}, {RepoMigrated{1, 2}, 20, std::nullopt}, {NewCommit{"main", {}}, 10, "old"}};
  log_update(info, MetadataChanged{}, "backup", 5, 1);
  ASSERT_EQ(info.latest_updates.size(), 1u);
  EXPECT_EQ(info.latest_updates[0].updated_at_us, 31);
  EXPECT_EQ(info.updates_before, "backup");
  EXPECT_TRUE(has_backup(info, "backup"));

  info.latest_updates = {
      {ConfigChanged{}, 30, std::nullopt}, {RepoMigrated{1, 2}, 20, std::nullopt}, {NewCommit{"main", {}}, 10, "old"}};
  log_update(info, MetadataChanged{}, "backup", 50, 2);
  ASSERT_EQ(info.latest_updates.size(), 3u);
  EXPECT_EQ(info.latest_updates[0].backup, std::nullopt);
  EXPECT_EQ(info.latest_updates[1].backup, "backup");
  EXPECT_EQ(info.updates_before, "old");
}

}  // namespace
}  // namespace vdp::icechunk
