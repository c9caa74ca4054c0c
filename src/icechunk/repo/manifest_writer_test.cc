#include "icechunk/repo/manifest_writer.h"

#include "icechunk/repo/manifest_division.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/test_repository.h"

namespace vdp::icechunk {
namespace {

using Positions = std::vector<std::size_t>;

TEST(TailsToMerge, FollowTheSizes) {
  EXPECT_EQ(tails_to_merge({}, 10, false), Positions{});
  EXPECT_EQ(tails_to_merge({1000}, 10, false), Positions{});
  EXPECT_EQ(tails_to_merge({1000, 20}, 10, false), Positions{1});
  EXPECT_EQ(tails_to_merge({60, 20, 1000}, 10, false), (Positions{1, 0}));
  EXPECT_EQ(tails_to_merge({1000, 20}, 10, true), (Positions{1, 0}));
  const std::vector<std::uint64_t> growing = {100, 300, 900, 2700, 8100, 24300, 72900, 218700};
  EXPECT_EQ(tails_to_merge(growing, 1, false), Positions{0});
  constexpr std::uint64_t full = max_refs_per_manifest / 2 + 1;
  const std::vector<std::uint64_t> mostly_full = {100, full, full, full, full, full, full, full};
  EXPECT_EQ(tails_to_merge(mostly_full, 1, false), Positions{});
  EXPECT_EQ(tails_to_merge(mostly_full, 1, true), Positions{0});
}

TEST(TailsToMerge, KeepsCellsSmallAndRewritesLittle) {
  std::vector<std::uint64_t> sizes;
  std::uint64_t rewritten = 0;
  constexpr std::uint64_t commits = 2000;
  constexpr std::uint64_t batch = 100;
  for (std::uint64_t i = 0; i < commits; ++i) {
    std::uint64_t merged = batch;
    Positions taken = tails_to_merge(sizes, batch, false);
    std::ranges::sort(taken, std::greater<>());
    for (std::size_t at : taken) {
      merged += sizes[at];
      sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(at));
    }
    sizes.push_back(merged);
    rewritten += merged;
    ASSERT_LE(sizes.size(), max_manifests_per_cell);
  }
  // Against 1000 times when every commit rewrites its whole cell.
  EXPECT_LT(rewritten, commits * batch * 20);
}

class SplitTest : public ::testing::Test {
 protected:
  SplitTest() {
    RepositoryConfig config;
    config.set_manifest_splitting(split_along("d0", {{"/a", 2}}, 20));
    repository_.emplace(new_repository(store_, config));
  }

  void append(Session& session, std::uint64_t from, std::uint64_t count) {
    EXPECT_OK(session.set_array("/a", int32_array({from + count, 2}, {1, 1})));
    EXPECT_OK(session.set_refs("/a", steps({count, 2}, "s3://b/" + std::to_string(from)), {from, 0}));
    snapshots_.push_back(commit(session));
  }

  /// Extents along the first dimension.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> extents() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
    const Snapshot tip = snapshot();
    for (const ManifestRef& manifest : tip.find("/a")->array->manifests) {
      found.emplace_back(manifest.extents[0].from, manifest.extents[0].to);
    }
    return found;
  }

  Snapshot snapshot() { return decode_snapshot(store_->get(snapshot_key(snapshots_.back()))->bytes).value(); }

  ObjectStorePtr store_ = make_memory_store();
  std::optional<Repository> repository_;
  std::vector<SnapshotId> snapshots_;
};

using Extents = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

TEST_F(SplitTest, CellsFollowTheConfiguration) {
  Session session = with_array(*repository_, int32_array({0, 2}, {1, 1}));
  append(session, 0, 25);
  EXPECT_EQ(extents(), (Extents{{0, 10}, {10, 20}, {20, 25}}));
  EXPECT_EQ(count_refs(session, "/a"), 50u);
}

TEST_F(SplitTest, AnAppendLeavesFullCellsAlone) {
  Session session = with_array(*repository_, int32_array({0, 2}, {1, 1}));
  append(session, 0, 18);
  const auto before = snapshot().find("/a")->array->manifests;
  append(session, 18, 1);
  // A tail beside the cell's eight steps...
  EXPECT_EQ(extents(), (Extents{{0, 10}, {10, 18}, {18, 19}}));
  const auto after = snapshot().find("/a")->array->manifests;
  EXPECT_EQ(after[0], before[0]);
  EXPECT_EQ(after[1], before[1]);
  // ... and one manifest once the cell is complete.
  append(session, 19, 2);
  EXPECT_EQ(extents(), (Extents{{0, 10}, {10, 20}, {20, 21}}));
  EXPECT_EQ(count_refs(session, "/a"), 42u);
}

TEST_F(SplitTest, OnlyTheTouchedManifestIsRewritten) {
  Session session = with_array(*repository_, int32_array({0, 2}, {1, 1}));
  append(session, 0, 30);
  const auto before = snapshot().find("/a")->array->manifests;
  EXPECT_OK(session.delete_chunk("/a", {15, 1}));
  snapshots_.push_back(commit(session));
  const auto after = snapshot().find("/a")->array->manifests;
  EXPECT_EQ(after[0], before[0]);
  EXPECT_NE(after[1].id, before[1].id);
  EXPECT_EQ(after[2], before[2]);
  EXPECT_EQ(count_refs(session, "/a"), 59u);
}

TEST_F(SplitTest, ExtentsAreTheBoundingBoxOfWhatIsThere) {
  Session session = with_array(*repository_, int32_array({10, 2}, {1, 1}));
  EXPECT_OK(session.set_chunk("/a", {3, 1}, Bytes{1}));
  EXPECT_OK(session.set_chunk("/a", {5, 1}, Bytes{1}));
  snapshots_.push_back(commit(session));
  const ManifestRef manifest = snapshot().find("/a")->array->manifests.at(0);
  EXPECT_EQ(manifest.extents, (std::vector<IndexRange>{{3, 6}, {1, 2}}));
  EXPECT_OK(session.clear_box("/a", {{0, 0}, {10, 2}}));
  snapshots_.push_back(commit(session));
  EXPECT_TRUE(snapshot().find("/a")->array->manifests.empty());
  EXPECT_TRUE(snapshot().manifests.empty());
}

TEST_F(SplitTest, WhatIsWrittenIntoAHoleNeverOverlaps) {
  Session session = with_array(*repository_, int32_array({40, 2}, {1, 1}));
  std::size_t written = 0;
  // 7 and 40 have no common divisor: every step once, in a scattered order.
  for (std::uint64_t i = 0; i < 40; ++i) {
    EXPECT_OK(session.set_refs("/a", steps({1, 2}, "s3://b/k"), {i * 7 % 40, 0}));
    snapshots_.push_back(commit(session));
    written += 2;
    ASSERT_EQ(count_refs(session, "/a"), written);
    const Extents found = extents();
    for (std::size_t at = 1; at < found.size(); ++at) ASSERT_LE(found[at - 1].second, found[at].first);
  }
}

TEST_F(SplitTest, WhatOneManifestHeldForSeveralCellsIsDivided) {
  // As where the configuration came after the data.
  EXPECT_OK(repository_->save_config(RepositoryConfig()));
  Session whole = open_main(*repository_);
  EXPECT_OK(whole.set_group("/", zarr::zarr_json_group(Json::object())));
  EXPECT_OK(whole.set_array("/a", int32_array({35, 2}, {1, 1})));
  EXPECT_OK(whole.set_refs("/a", steps({35, 2}, "s3://b/k"), {0, 0}));
  snapshots_.push_back(commit(whole));
  EXPECT_EQ(extents(), (Extents{{0, 35}}));
  RepositoryConfig config;
  config.set_manifest_splitting(split_along("d0", {{"/a", 2}}, 20));
  EXPECT_OK(repository_->save_config(config));
  Session divided = open_main(*repository_);
  EXPECT_OK(divided.delete_chunk("/a", {12, 1}));
  EXPECT_OK(divided.set_refs("/a", steps({1, 2}, "s3://b/new"), {34, 0}));
  snapshots_.push_back(commit(divided));
  EXPECT_EQ(extents(), (Extents{{0, 10}, {10, 20}, {20, 30}, {30, 35}}));
  EXPECT_EQ(count_refs(divided, "/a"), 69u);
  EXPECT_EQ(std::get<VirtualChunk>(divided.chunk_ref("/a", {34, 1})->value()).location.url, "s3://b/new");
  EXPECT_EQ(std::get<VirtualChunk>(divided.chunk_ref("/a", {33, 1})->value()).location.url, "s3://b/k");
}

TEST_F(SplitTest, ShrinkingCutsTheLastManifest) {
  Session session = with_array(*repository_, int32_array({0, 2}, {1, 1}));
  append(session, 0, 25);
  EXPECT_OK(session.set_array("/a", int32_array({12, 2}, {1, 1})));
  snapshots_.push_back(commit(session));
  EXPECT_EQ(extents(), (Extents{{0, 10}, {10, 12}}));
}

TEST_F(SplitTest, ManifestSizesAreThoseOfTheObjects) {
  Session session = with_array(*repository_, int32_array({0, 2}, {1, 1}));
  append(session, 0, 25);
  append(session, 25, 3);
  const Snapshot tip = snapshot();
  for (const ManifestFile& file : tip.manifests) {
    EXPECT_EQ(store_->head(manifest_key(file.id))->size, file.size_bytes);
  }
}

}  // namespace
}  // namespace vdp::icechunk
