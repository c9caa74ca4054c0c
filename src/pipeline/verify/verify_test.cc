// verify in one process: a real file of netCDF-C in a source in memory, a repository in memory, and one thing spoilt.
#include "pipeline/verify/verify.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "base/json.h"
#include "pipeline/gaps.h"
#include "pipeline/run.h"
#include "queue/memory_queue.h"
#include "store/open_store.h"

namespace vdp {
namespace {

using Kind = VerifyFinding::Kind;

/// time(3) = 0, 1, 2 days since 2000-01-01; v(time, lat).
Bytes netcdf_file() {
  std::ifstream file(VDP_HDF5_TESTDATA "/netcdf.nc", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class VerifyTest : public testing::Test {
 protected:
  VerifyTest() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    source_ = *open_store("memory://verify-source-" + name);
    EXPECT_TRUE(source_->put("a.nc", netcdf_file()));
    const std::string text = "[store]\nurl = \"memory://verify-store-" + name + "/\"\n[source]\nprefix = \"" +
                             source_->url() +
                             "\"\npattern = \"{part:re:[a-z]}.nc\"\n[axis.time]\nkind = \"grow\"\nfrom = \"value\"\n";
    auto file = dataset::parse_dataset_file(text, "/data/dataset.toml", {}, [](const auto&) { return std::nullopt; });
    EXPECT_TRUE(file) << dataset::to_error("", file.error()).text();
    auto made = DatasetProcessor::create(std::move(*file), {});
    EXPECT_TRUE(made) << made.error().text();
    processor_ = std::move(*made);
    const auto report = run_pipeline(processor_->file(), *source_, *processor_, *make_memory_queue(), {});
    EXPECT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->forward.outcomes.written, 1U);
  }

  VerifyReport verify(std::optional<std::uint64_t> samples = std::nullopt) {
    VerifyOptions options;
    options.samples = samples;
    auto report = verify_store(*processor_, options);
    EXPECT_TRUE(report) << report.error().text();
    return std::move(*report);
  }

  std::set<Kind> kinds(const VerifyReport& report) {
    std::set<Kind> kinds;
    for (const auto& finding : report.findings) kinds.insert(finding.kind);
    return kinds;
  }

  /// Commits what `change` does to the store.
  void spoil(const std::function<void(icechunk::Session&)>& change) {
    auto repository = processor_->open_repository();
    ASSERT_TRUE(repository);
    auto session = repository->writable_session("main");
    ASSERT_TRUE(session);
    change(*session);
    const auto outcome = session->commit("spoilt");
    ASSERT_TRUE(outcome && std::holds_alternative<icechunk::Committed>(*outcome));
  }

  void change_metadata(const std::string& path, const std::function<void(zarr::ArrayMetadata&)>& change) {
    spoil([&](icechunk::Session& session) {
      auto metadata = session.array_metadata(path);
      ASSERT_TRUE(metadata);
      change(*metadata);
      ASSERT_TRUE(session.set_array(path, *metadata));
    });
  }

  ObjectStorePtr source_;
  std::unique_ptr<DatasetProcessor> processor_;
};

TEST_F(VerifyTest, FindsNothingInAGoodStore) {
  const auto report = verify();
  for (const auto& finding : report.findings) ADD_FAILURE() << describe(finding);
  EXPECT_EQ(report.granules, 1U);
  EXPECT_EQ(report.slots, 3U);
  EXPECT_GT(report.refs, 0U);
  EXPECT_GT(report.sampled_chunks, 2U);
  EXPECT_EQ(verify(0).sampled_granules, 0U);
  EXPECT_TRUE(find_gaps(*processor_, 10)->empty());
}

TEST_F(VerifyTest, FindsASourceThatIsGone) {
  ASSERT_TRUE(source_->remove("a.nc"));
  const auto report = verify();
  EXPECT_EQ(kinds(report), std::set{Kind::source_missing});
  EXPECT_EQ(report.findings.front().uri, source_->url() + "a.nc");
}

TEST_F(VerifyTest, FindsAnotherVersionOfASource) {
  ASSERT_TRUE(source_->put("a.nc", netcdf_file()));
  EXPECT_EQ(kinds(verify()), std::set{Kind::source_changed});
}

TEST_F(VerifyTest, FindsWhatWasNeverWritten) {
  ASSERT_TRUE(source_->put("b.nc", netcdf_file()));
  const auto report = verify();
  EXPECT_EQ(kinds(report), std::set{Kind::missing});
  const auto gaps = find_gaps(*processor_, 10);
  EXPECT_EQ(gaps->keys, std::vector<std::string>{"b.nc"});
  EXPECT_EQ(find_gaps(*processor_, 0)->keys_left_out, 1U);
}

TEST_F(VerifyTest, FindsArraysOfTwoLengths) {
  change_metadata("/v", [](auto& metadata) { metadata.shape[0] = 4; });
  EXPECT_TRUE(kinds(verify(0)).contains(Kind::length));
}

TEST_F(VerifyTest, FindsPackingThatTheSourceContradicts) {
  change_metadata("/v", [](auto& metadata) { metadata.attributes["scale_factor"] = 0.25; });
  const auto report = verify();
  ASSERT_EQ(kinds(report), std::set{Kind::mismatch});
  EXPECT_EQ(report.findings.front().variable, "v");
  EXPECT_NE(report.findings.front().found.find("0.25"), std::string::npos);
}

TEST_F(VerifyTest, FindsAnAxisThatDoesNotIncrease) {
  spoil([](icechunk::Session& session) {
    const NativeValues values =
        *dataset::to_elements({std::int64_t{0}, std::int64_t{5}, std::int64_t{5}}, dataset::NumberType::int64);
    ASSERT_TRUE(write_rows(session, "/time", 0, {{0, 3, values}}));
  });
  const auto report = verify(0);
  ASSERT_EQ(kinds(report), std::set{Kind::axis_value});
  EXPECT_EQ(report.findings.front().slots, (SlotBox{2, 3}));
}

TEST_F(VerifyTest, FindsRecordsThatAreNone) {
  spoil([](icechunk::Session& session) {
    ASSERT_TRUE(write_rows(session, "/_vdp/granules", 0, {{1, 1, std::vector<std::string>{"no record"}}}));
  });
  const auto found = kinds(verify(0));
  EXPECT_TRUE(found.contains(Kind::record));
}

TEST_F(VerifyTest, FindsReferencesToOtherBytes) {
  spoil([](icechunk::Session& session) {
    const auto ref = session.chunk_ref("/v", {0, 0});
    ASSERT_TRUE(ref && *ref);
    const auto& chunk = std::get<icechunk::VirtualChunk>(**ref);
    auto manifest = *ChunkManifest::for_array(*session.array_metadata("/v"));
    manifest.set_virtual(0, {manifest.add_location(chunk.location), chunk.offset + 4, chunk.length});
    ASSERT_TRUE(session.set_refs("/v", manifest, zarr::Shape(2, 0)));
  });
  EXPECT_TRUE(kinds(verify(0)).empty());
  const auto found = kinds(verify());
  EXPECT_TRUE(found.contains(Kind::ref_range));
}

TEST_F(VerifyTest, FindsChunksThatTheStoreLacks) {
  spoil([](icechunk::Session& session) {
    const auto metadata = session.array_metadata("/v");
    ASSERT_TRUE(session.clear_box("/v", icechunk::ChunkBox::whole(metadata->grid_shape())));
  });
  EXPECT_EQ(verify(0).not_checked, 1U);
  EXPECT_TRUE(kinds(verify()).contains(Kind::no_refs));
}

}  // namespace
}  // namespace vdp
