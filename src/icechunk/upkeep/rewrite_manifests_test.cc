#include "icechunk/upkeep/rewrite_manifests.h"

#include "icechunk/format/transaction_log.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/repository_state.h"
#include "icechunk/upkeep/test_history.h"

namespace vdp::icechunk {
namespace {

ManifestSplitting rows_of(std::uint32_t rows) {
  return ManifestSplitting({{{}, {{DimensionSplit::Kind::axis, 0, "", rows}}}});
}

/// Twenty rows of three chunks, in one manifest, and a scalar.
struct Rewrite : ::testing::Test {
  Rewrite() {
    Session session = with_array(repository, int32_array({20, 3}, {1, 1}));
    EXPECT_OK(session.set_refs("/a", steps({20, 3}, "s3://b/k"), {0, 0}));
    EXPECT_OK(session.set_array("/s", int32_array({}, {})));
    EXPECT_OK(session.set_chunk("/s", {}, Bytes(4, 1)));
    commit(session);
  }
  std::vector<ManifestRef> manifests() const {
    const SnapshotId tip = repository.resolve(Branch{"main"}).value();
    return repository.state().load_snapshot(tip).value()->find("/a")->array->manifests;
  }
  std::vector<std::string> refs() const {
    std::vector<std::string> found;
    const auto session = repository.readonly_session(Branch{"main"});
    EXPECT_OK(session->for_each_ref("/a", {{0, 0}, {20, 3}}, [&](const ChunkRefView& ref) {
      found.push_back(std::to_string(ref.index[0]) + "," + std::to_string(ref.index[1]) + " " + std::string(ref.url) +
                      " " + std::to_string(ref.offset));
    }));
    return found;
  }

  ObjectStorePtr store = make_memory_store();
  Repository repository = new_repository(store);
};

TEST_F(Rewrite, DividesTheManifestsAndChangesNoReference) {
  const auto before = refs();
  const SnapshotId base = repository.resolve(Branch{"main"}).value();
  RewriteManifestsOptions options;
  options.splitting = rows_of(6);
  options.metadata = {{"by", "test"}};
  const auto report = rewrite_manifests(repository, options);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->arrays, 1u);
  EXPECT_EQ(report->manifests.before.manifests, 2u);
  EXPECT_EQ(report->manifests.after.manifests, 5u);
  EXPECT_EQ(report->manifests.before.refs, 61u);
  EXPECT_EQ(report->manifests.after.refs, 61u);
  EXPECT_EQ(report->manifests.rewritten, 1u);
  ASSERT_EQ(manifests().size(), 4u);
  EXPECT_EQ(manifests()[1].extents[0], (IndexRange{6, 12}));
  EXPECT_EQ(refs(), before);
  std::uint64_t bytes = 0;
  for (const ManifestRef& manifest : manifests()) bytes += store->head(manifest_key(manifest.id))->size;
  EXPECT_LT(bytes, report->manifests.after.bytes);

  const auto history = repository.history(Branch{"main"});
  EXPECT_EQ(history->front().metadata["by"], "test");
  EXPECT_EQ(history->front().metadata["__icechunk"]["splitting_config"], rows_of(6).to_json());
  const auto log = decode_transaction_log(store->get(transaction_log_key(*report->snapshot))->bytes).value();
  EXPECT_TRUE(log.updated_arrays.empty());
  EXPECT_TRUE(log.updated_chunks.empty());
  EXPECT_NE(*report->snapshot, base);

  const auto again = rewrite_manifests(repository, options);
  EXPECT_FALSE(again->snapshot);
  EXPECT_EQ(again->manifests.rewritten, 0u);
  options.splitting = rows_of(100);
  EXPECT_EQ(rewrite_manifests(repository, options)->manifests.after.manifests, 2u);
  EXPECT_EQ(refs(), before);
}

TEST_F(Rewrite, MergesTheTailsOfACell) {
  for (std::uint64_t row = 0; row < 6; ++row) {
    Session session = open_main(repository);
    if (row == 0) EXPECT_OK(session.clear_box("/a", {{0, 0}, {20, 3}}));
    EXPECT_OK(session.set_refs("/a", steps({3, 3}, "s3://b/" + std::to_string(row)), {row * 3, 0}));
    commit(session);
  }
  const auto before = refs();
  ASSERT_GT(manifests().size(), 1u);
  const auto report = rewrite_manifests(repository, {});
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(manifests().size(), 1u);
  EXPECT_EQ(refs(), before);
  EXPECT_EQ(repository.history(Branch{"main"})->front().metadata["__icechunk"]["splitting_config"]["split_sizes"][0][1],
            Json::parse(R"([{"condition": "Any", "num_chunks": 4294967295}])"));
}

TEST_F(Rewrite, ADryRunTellsTheSameAndWritesNothing) {
  RewriteManifestsOptions options;
  options.splitting = rows_of(7);
  options.dry_run = true;
  const auto objects = store->list("")->size();
  const auto told = rewrite_manifests(repository, options);
  ASSERT_TRUE(told) << told.error().text();
  EXPECT_EQ(store->list("")->size(), objects);
  EXPECT_FALSE(told->snapshot);
  options.dry_run = false;
  const auto done = rewrite_manifests(repository, options);
  EXPECT_EQ(done->manifests.after.manifests, told->manifests.after.manifests);
  // The ids are others, and do not compress to just as many bytes.
  EXPECT_NEAR(static_cast<double>(done->manifests.after.bytes), static_cast<double>(told->manifests.after.bytes), 64);
}

TEST_F(Rewrite, SavesTheSplitWhereItIsAskedTo) {
  RewriteManifestsOptions options;
  options.splitting = rows_of(5);
  EXPECT_OK(rewrite_manifests(repository, options));
  EXPECT_TRUE(repository.config()->manifest_splitting()->rules().empty());
  options.save_splitting = true;
  EXPECT_OK(rewrite_manifests(repository, options));
  EXPECT_EQ(repository.config()->manifest_splitting()->to_json(), rows_of(5).to_json());
}

TEST_F(Rewrite, GoesOnWhereAnotherWriterWasFirst) {
  const auto hooked = std::make_shared<HookedStore>(store);
  hooked->before_copy = [&] {
    Session session = open_main(repository);
    EXPECT_OK(session.set_refs("/a", steps({1, 3}, "s3://other"), {0, 0}));
    commit(session);
  };
  RewriteManifestsOptions options;
  options.splitting = rows_of(6);
  const auto report = rewrite_manifests(Repository::open(hooked).value(), options);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(refs().front(), "0,0 s3://other 0");
  EXPECT_EQ(manifests().size(), 4u);
}

}  // namespace
}  // namespace vdp::icechunk
