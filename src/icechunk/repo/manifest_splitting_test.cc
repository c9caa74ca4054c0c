#include "icechunk/repo/manifest_splitting.h"

#include <gtest/gtest.h>

#include "icechunk/repo/repository_config.h"

namespace vdp::icechunk {
namespace {

constexpr std::uint32_t whole = 0xffffffff;
using Cell = std::vector<std::uint32_t>;

/// As the official library stores it.
Json official() {
  return parse_json(R"({"split_sizes": [
    [{"path_matches": {"regex": "^/time$"}}, [{"condition": {"DimensionName": "^time$"}, "num_chunks": 3},
                                              {"condition": {"Axis": 1}, "num_chunks": 2}]],
    [{"or": [{"name_matches": {"regex": "^x"}}, {"and": ["any_array", {"path_matches": {"regex": "deep/"}}]}]},
     [{"condition": "Any", "num_chunks": 5}]],
    ["any_array", [{"condition": {"Axis": 0}, "num_chunks": 7}]]]})")
      .value();
}

TEST(ManifestSplitting, MatchesTheFirstRulePerDimension) {
  const ManifestSplitting splitting = ManifestSplitting::parse(official()).value();
  EXPECT_EQ(splitting.cell_shape("/time", {"time", "lat", "lon"}, 3).value(), (Cell{3, 2, whole}));
  EXPECT_EQ(splitting.cell_shape("/time", {"lat", "lon"}, 2).value(), (Cell{7, 2}));
  EXPECT_EQ(splitting.cell_shape("/g/x1", {}, 2).value(), (Cell{5, 5}));
  EXPECT_EQ(splitting.cell_shape("/deep/y", {}, 1).value(), (Cell{5}));
  EXPECT_EQ(splitting.cell_shape("/other", {}, 2).value(), (Cell{7, whole}));
  EXPECT_EQ(splitting.cell_shape("/other", {}, 0).value(), Cell{});
}

TEST(ManifestSplitting, IsWrittenAsItWasRead) {
  EXPECT_EQ(ManifestSplitting::parse(official())->to_json(), official());
  EXPECT_TRUE(ManifestSplitting::parse(nullptr)->rules().empty());
}

TEST(ManifestSplitting, WhatCannotBeUnderstoodIsAnError) {
  for (const char* text : {"1", "{}", R"({"split_sizes": [1]})", R"({"split_sizes": [["some_array", []]]})",
                           R"({"split_sizes": [["any_array", [{"condition": "Any", "num_chunks": 0}]]]})",
                           R"({"split_sizes": [["any_array", [{"condition": {"Axis": -1}, "num_chunks": 1}]]]})"}) {
    EXPECT_FALSE(ManifestSplitting::parse(parse_json(text).value())) << text;
  }
  const auto unclosed = ManifestSplitting::parse(
      parse_json(R"({"split_sizes": [[{"path_matches": {"regex": "("}}, [{"condition": "Any", "num_chunks": 1}]]]})")
          .value());
  EXPECT_EQ(unclosed->cell_shape("/a", {}, 1).error().kind, ErrorKind::invalid);
}

TEST(ManifestSplitting, SplitAlongMakesCellsOfEqualSize) {
  const ManifestSplitting splitting = split_along("time", {{"/a.b", 1}, {"/a_c", 100}, {"/d", 100}}, 1000);
  EXPECT_EQ(splitting.rules().size(), 2u);
  EXPECT_EQ(splitting.cell_shape("/a.b", {"time"}, 1).value(), Cell{1000});
  EXPECT_EQ(splitting.cell_shape("/aXb", {"time"}, 1).value(), Cell{whole});
  EXPECT_EQ(splitting.cell_shape("/a_c", {"time", "time2"}, 2).value(), (Cell{10, whole}));
}

TEST(RepositoryConfig, KeepsWhatItDoesNotKnow) {
  RepositoryConfig config(Json{{"unknown", 1}, {"inline_chunk_threshold_bytes", 9}, {"manifest", nullptr}});
  config.set_manifest_splitting(split_along("time", {{"/a", 1}}));
  ASSERT_TRUE(config.set_virtual_chunk_container(local_container("/data/in/", "archive")));
  EXPECT_EQ(config.document().at("unknown"), 1);
  EXPECT_EQ(config.inline_chunk_threshold_bytes(), 9u);
  EXPECT_EQ(config.updates_per_repo_object(), 1000u);
  EXPECT_EQ(config.manifest_splitting()->rules().size(), 1u);
  const auto containers = config.virtual_chunk_containers();
  ASSERT_EQ(containers.size(), 1u);
  EXPECT_EQ(containers[0].url_prefix, "file:///data/in/");
  EXPECT_EQ(containers[0].store, Json({{"local_file_system", "/data/in"}}));
  EXPECT_FALSE(config.set_virtual_chunk_container({"s3://bucket", std::nullopt, {}}));
  EXPECT_FALSE(config.set_virtual_chunk_container({"s3://bucket/", "archive", {}}));
}

}  // namespace
}  // namespace vdp::icechunk
