#include "icechunk/repo/session.h"

#include "icechunk/repo/test_repository.h"

namespace vdp::icechunk {
namespace {

class SessionTest : public ::testing::Test {
 protected:
  ObjectStorePtr store_ = make_memory_store();
  Repository repository_ = new_repository(store_);
};

TEST_F(SessionTest, ReadsItsOwnChangesAndTheCommittedOnes) {
  Session session = with_array(repository_, int32_array({10, 4}, {5, 2}));
  EXPECT_OK(session.set_chunk("/a", {0, 1}, Bytes(40, 1)));
  EXPECT_OK(session.set_chunk("/a", {1, 0}, Bytes(2000, 2)));
  ChunkManifest manifest({1, 1});
  manifest.set_virtual(0, {manifest.add_location({"s3://b/k", "\"e\"", 7}), 16, 40});
  EXPECT_OK(session.set_refs("/a", manifest, {1, 1}));

  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_EQ(session.read_chunk("/a", {0, 0}).value(), std::nullopt);
    EXPECT_EQ(session.read_chunk("/a", {0, 1}).value(), Bytes(40, 1));
    EXPECT_EQ(session.read_chunk("/a", {1, 0}).value(), Bytes(2000, 2));
    // Beside an etag no modification time is kept.
    EXPECT_EQ(session.chunk_ref("/a", {1, 1}).value(), ChunkRef(VirtualChunk{{"s3://b/k", "\"e\"", 0}, 16, 40}));
    EXPECT_EQ(session.read_chunk("/a", {1, 1}).error().kind, ErrorKind::denied);
    const auto read_virtual = [](const VirtualChunk& chunk) -> Result<Bytes> { return Bytes(chunk.length, 9); };
    EXPECT_EQ(session.read_chunk("/a", {1, 1}, read_virtual).value(), Bytes(40, 9));
    EXPECT_EQ(count_refs(session, "/a"), 3u);
    if (pass == 0) commit(session);
  }
  EXPECT_EQ(count_objects(*store_, "chunks/"), 1u);
  const auto fresh = repository_.readonly_session(Branch{"main"});
  ASSERT_TRUE(fresh);
  EXPECT_EQ(count_refs(*fresh, "/a"), 3u);
  EXPECT_EQ(fresh->array_metadata("/a")->shape, (zarr::Shape{10, 4}));
  ASSERT_EQ(fresh->nodes().size(), 2u);
  EXPECT_EQ(fresh->nodes()[1].path, "/a");
  EXPECT_EQ(fresh->nodes()[1].kind, NodeKind::array);
}

TEST_F(SessionTest, LocalReferencesCarryTheTimeAndNoEtag) {
  Session session = with_array(repository_, int32_array({5}, {5}));
  ChunkManifest manifest({1});
  manifest.set_virtual(0, {manifest.add_location({"file:///data/k", "etag", 1700000000}), 0, 20});
  EXPECT_OK(session.set_refs("/a", manifest, {0}));
  EXPECT_EQ(session.chunk_ref("/a", {0}).value(), ChunkRef(VirtualChunk{{"file:///data/k", "", 1700000000}, 0, 20}));
}

TEST_F(SessionTest, AClearedBoxIsEmptyAndTheRestIsNot) {
  Session session = with_array(repository_, int32_array({10, 10}, {1, 1}));
  EXPECT_OK(session.set_refs("/a", steps({10, 10}, "s3://b/k"), {0, 0}));
  commit(session);
  EXPECT_OK(session.clear_box("/a", {{2, 3}, {4, 100}}));
  EXPECT_OK(session.set_chunk("/a", {2, 5}, Bytes{1}));
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_EQ(count_refs(session, "/a"), 100u - 14 + 1);
    EXPECT_EQ(session.chunk_ref("/a", {3, 3}).value(), std::nullopt);
    EXPECT_TRUE(session.chunk_ref("/a", {3, 2}).value());
    EXPECT_EQ(session.chunk_ref("/a", {2, 5}).value(), ChunkRef(InlineChunk{{1}}));
    if (pass == 0) commit(session);
  }
}

TEST_F(SessionTest, ReferencesAreVisitedInOrderOverAllManifests) {
  Session session = with_array(repository_, int32_array({6, 3}, {1, 1}));
  for (const std::uint64_t row : {4, 0, 2, 5, 1}) {
    EXPECT_OK(session.set_refs("/a", steps({1, 3}, "s3://b/" + std::to_string(row)), {row, 0}));
    if (row != 1) commit(session);
  }
  std::vector<std::vector<std::uint32_t>> seen;
  EXPECT_OK(session.for_each_ref("/a", {{0, 1}, {6, 3}}, [&](const ChunkRefView& ref) {
    seen.emplace_back(ref.index.begin(), ref.index.end());
    EXPECT_EQ(ref.url, "s3://b/" + std::to_string(ref.index[0]));
  }));
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
}

TEST_F(SessionTest, ShrinkingDropsChunksForGood) {
  Session session = with_array(repository_, int32_array({10}, {1}));
  EXPECT_OK(session.set_refs("/a", steps({10}, "s3://b/k"), {0}));
  commit(session);
  EXPECT_OK(session.set_array("/a", int32_array({4}, {1})));
  EXPECT_EQ(session.chunk_ref("/a", {4}).error().kind, ErrorKind::invalid);
  EXPECT_OK(session.set_array("/a", int32_array({10}, {1})));
  EXPECT_EQ(count_refs(session, "/a"), 4u);
  commit(session);
  EXPECT_EQ(count_refs(session, "/a"), 4u);
  EXPECT_EQ(session.chunk_ref("/a", {9}).value(), std::nullopt);
}

TEST_F(SessionTest, ScalarsAndEmptyArraysHaveNodes) {
  Session session = with_array(repository_, int32_array({}, {}));
  EXPECT_OK(session.set_array("/zero", int32_array({0, 3}, {1, 3})));
  EXPECT_OK(session.set_chunk("/a", {}, Bytes(4, 1)));
  EXPECT_EQ(session.set_chunk("/zero", {0, 0}, Bytes(4, 1)).error().kind, ErrorKind::invalid);
  commit(session);
  EXPECT_OK(session.set_chunk("/a", {}, Bytes(4, 2)));
  commit(session);
  EXPECT_EQ(session.read_chunk("/a", {}).value(), Bytes(4, 2));
  EXPECT_EQ(count_refs(session, "/zero"), 0u);
}

TEST_F(SessionTest, DeletingANodeDeletesWhatIsBelow) {
  Session session = with_array(repository_, int32_array({2}, {1}));
  const std::string group = zarr::zarr_json_group(Json::object());
  for (const char* path : {"/g", "/g/h", "/g-1"}) EXPECT_OK(session.set_group(path, group));
  EXPECT_OK(session.set_array("/g/h/b", int32_array({2}, {1})));
  commit(session);
  EXPECT_OK(session.delete_node("/g"));
  EXPECT_OK(session.set_group("/g", group));
  commit(session);
  std::vector<std::string> paths;
  for (const NodeSummary& node : session.nodes()) paths.push_back(node.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"/", "/a", "/g", "/g-1"}));
  EXPECT_EQ(session.delete_node("/g/h").error().kind, ErrorKind::not_found);
}

TEST_F(SessionTest, WhatDoesNotFitIsRefused) {
  Session session = with_array(repository_, int32_array({4}, {2}));
  const std::string group = zarr::zarr_json_group(Json::object());
  for (const char* path : {"", "a", "/a/", "//", "/a/../b", "/."}) {
    EXPECT_EQ(session.set_group(path, group).error().kind, ErrorKind::invalid) << path;
  }
  EXPECT_EQ(session.set_group("/missing/x", group).error().kind, ErrorKind::invalid);
  EXPECT_EQ(session.set_group("/a/x", group).error().kind, ErrorKind::invalid);
  EXPECT_EQ(session.set_group("/a", group).error().kind, ErrorKind::invalid);
  EXPECT_EQ(session.set_group("/g", "{}").error().kind, ErrorKind::invalid);
  EXPECT_EQ(session.set_array("/", int32_array({1}, {1})).error().kind, ErrorKind::invalid);
  EXPECT_EQ(session.set_array("/a", int32_array({4, 4}, {2, 2})).error().kind, ErrorKind::invalid);
  EXPECT_EQ(session.set_chunk("/a", {2}, Bytes{1}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(session.set_chunk("/a", {0, 0}, Bytes{1}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(session.set_chunk("/a", {0}, Bytes{}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(session.set_refs("/a", steps({2}, "s3://b/k"), {1}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(session.set_refs("/a", steps({1}, "relative/path"), {1}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(count_refs(session, "/a"), 0u);

  auto readonly = repository_.readonly_session(Branch{"main"});
  EXPECT_EQ(readonly->set_group("/", group).error().kind, ErrorKind::denied);
  EXPECT_EQ(readonly->commit("x").error().kind, ErrorKind::denied);
}

TEST_F(SessionTest, DiscardForgets) {
  Session session = with_array(repository_, int32_array({4}, {2}));
  EXPECT_TRUE(session.has_changes());
  session.discard();
  EXPECT_FALSE(session.has_changes());
  EXPECT_TRUE(session.nodes().empty());
  EXPECT_TRUE(std::holds_alternative<NothingToCommit>(*session.commit("x")));
}

TEST_F(SessionTest, WritingTheSameMetadataAgainIsNoChange) {
  Session session = with_array(repository_, int32_array({4}, {2}));
  commit(session);
  EXPECT_OK(session.set_array("/a", int32_array({4}, {2})));
  EXPECT_OK(session.set_group("/", zarr::zarr_json_group(Json::object())));
  EXPECT_OK(session.clear_box("/a", {{0}, {2}}));
  EXPECT_OK(session.delete_chunk("/a", {0}));
  EXPECT_FALSE(session.has_changes());
}

}  // namespace
}  // namespace vdp::icechunk
