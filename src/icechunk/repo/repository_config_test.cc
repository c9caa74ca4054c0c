// The configuration: stored, overlaid by the caller's, saved.
#include "icechunk/repo/repository_config.h"

#include "icechunk/repo/legacy_config.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/test_repository.h"

namespace vdp::icechunk {
namespace {

Json overlaid(const Json& under, const Json& over) {
  return RepositoryConfig(under).overlaid_by(RepositoryConfig(over)).document();
}

TEST(RepositoryConfig, IsOverlaidPartByPart) {
  const Json stored = {{"inline_chunk_threshold_bytes", 7},
                       {"compression", {{"algorithm", nullptr}, {"level", 5}}},
                       {"storage", {{"retries", {{"max_tries", 3}, {"max_backoff_ms", 5}}}, {"storage_class", "A"}}},
                       {"future", {{"a", 1}}}};
  const Json caller = {{"inline_chunk_threshold_bytes", nullptr},
                       {"compression", {{"algorithm", "zstd"}, {"level", nullptr}}},
                       {"storage", {{"retries", {{"max_tries", 8}}}, {"chunks_storage_class", "C"}}},
                       {"max_concurrent_requests", 9},
                       {"manifest", nullptr}};
  const Json expected = {
      {"inline_chunk_threshold_bytes", 7},
      {"compression", {{"algorithm", "zstd"}, {"level", 5}}},
      {"storage",
       {{"retries", {{"max_tries", 8}, {"max_backoff_ms", 5}}}, {"storage_class", "A"}, {"chunks_storage_class", "C"}}},
      {"future", {{"a", 1}}},
      {"max_concurrent_requests", 9},
      {"manifest", nullptr}};
  EXPECT_TRUE(same_json(overlaid(stored, caller), expected)) << overlaid(stored, caller).dump(1);
  EXPECT_TRUE(same_json(overlaid(stored, nullptr), stored));
  EXPECT_TRUE(same_json(overlaid(nullptr, caller), caller));
}

TEST(RepositoryConfig, ContainersPreloadAndSplittingAreTakenWhole) {
  const Json stored = {
      {"virtual_chunk_containers", {{"s3://a/", {{"url_prefix", "s3://a/"}}}}},
      {"manifest",
       {{"preload", {{"max_total_refs", 10}, {"preload_if", "true"}}}, {"splitting", {{"split_sizes", {1, 2, 3}}}}}}};
  const Json caller = {
      {"virtual_chunk_containers", {{"s3://b/", {{"url_prefix", "s3://b/"}}}}},
      {"manifest", {{"preload", {{"max_total_refs", 77}, {"preload_if", nullptr}}}, {"splitting", nullptr}}}};
  const Json expected = {
      {"virtual_chunk_containers", {{"s3://b/", {{"url_prefix", "s3://b/"}}}}},
      {"manifest",
       {{"preload", {{"max_total_refs", 77}, {"preload_if", nullptr}}}, {"splitting", {{"split_sizes", {1, 2, 3}}}}}}};
  EXPECT_TRUE(same_json(overlaid(stored, caller), expected)) << overlaid(stored, caller).dump(1);
}

TEST(RepositoryConfig, TheCallersPartHoldsForItsHandleAndIsSavedOnRequest) {
  const ObjectStorePtr store = make_memory_store();
  new_repository(store, RepositoryConfig(Json{{"inline_chunk_threshold_bytes", 3}, {"future", 1}}));
  RepositoryOptions options;
  options.config = RepositoryConfig(Json{{"inline_chunk_threshold_bytes", 9000}});
  Repository opened = Repository::open(store, options).value();
  EXPECT_EQ(opened.config()->inline_chunk_threshold_bytes(), 9000u);
  EXPECT_EQ(Repository::open(store)->config()->inline_chunk_threshold_bytes(), 3u);
  Session session = with_array(opened, int32_array({4}, {2}));
  EXPECT_OK(session.set_chunk("/a", {0}, Bytes(8000, 1)));
  commit(session);
  EXPECT_EQ(count_objects(*store, "chunks/"), 0u);

  // Somebody else's change of another part is not lost.
  EXPECT_OK(
      Repository::open(store)->save_config(RepositoryConfig(Json{{"inline_chunk_threshold_bytes", 3}, {"future", 2}})));
  EXPECT_OK(opened.save_config());
  EXPECT_TRUE(same_json(Repository::open(store)->config()->document(),
                        Json{{"inline_chunk_threshold_bytes", 9000}, {"future", 2}}));
}

TEST(RepositoryConfig, TheCallersPartSetsTheLengthOfTheLog) {
  const ObjectStorePtr store = make_memory_store();
  new_repository(store);
  RepositoryOptions options;
  options.config.set_updates_per_repo_object(2);
  Repository opened = Repository::open(store, options).value();
  for (int i = 0; i < 5; ++i) EXPECT_OK(opened.set_metadata({{"i", i}}));
  EXPECT_EQ(decode_repo_info(store->get(repo_key)->bytes)->latest_updates.size(), 2u);
  EXPECT_EQ(opened.operations()->size(), 6u);
}

TEST(LegacyConfig, IsReadFromYaml) {
  const ObjectStorePtr store = make_memory_store();
  EXPECT_TRUE(load_legacy_config(*store)->is_default());
  ASSERT_TRUE(
      store->put(legacy_config_key, to_bytes("inline_chunk_threshold_bytes: 7\n"
                                             "virtual_chunk_containers:\n"
                                             "  tigris:\n    name: tigris\n    url_prefix: tigris\n    store: !tigris\n"
                                             "  s3://b/:\n    name: null\n    url_prefix: s3://b/\n    store: !s3\n"
                                             "      region: us-east-1\n")));
  const auto config = load_legacy_config(*store);
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(config->inline_chunk_threshold_bytes(), 7u);
  // What old writers left and no reader can use does not stand in the way.
  ASSERT_EQ(config->virtual_chunk_containers().size(), 1u);
  EXPECT_EQ(config->virtual_chunk_containers()[0].store.at("s3").at("region"), "us-east-1");
  ASSERT_TRUE(store->put(legacy_config_key, to_bytes("- a\n")));
  EXPECT_EQ(load_legacy_config(*store).error().kind, ErrorKind::corrupt);
  ASSERT_TRUE(store->put(legacy_config_key, to_bytes("a: [\n")));
  EXPECT_EQ(load_legacy_config(*store).error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace vdp::icechunk
