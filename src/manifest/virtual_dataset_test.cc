#include "manifest/virtual_dataset.h"

#include <gtest/gtest.h>

#include "manifest/selection.h"

namespace vdp {
namespace {

using Names = std::vector<std::string>;
using Dims = std::vector<std::optional<std::string>>;

VirtualArray array_of(zarr::Shape shape, Dims dims) {
  VirtualArray array;
  array.metadata.chunk_shape = shape;
  array.metadata.shape = std::move(shape);
  array.metadata.dimension_names = std::move(dims);
  return array;
}

VirtualTree tree() {
  VirtualTree tree;
  tree.groups = {{"/", {{"title", "root"}}}, {"/grid", {{"title", "grid"}}}, {"/grid/deep", Json::object()}};
  tree.arrays["/time"] = array_of({2}, {"time"});
  tree.arrays["/grid/rain"] = array_of({2, 3}, {"/time", "/grid/x"});
  tree.arrays["/grid/x"] = array_of({3}, {"grid/x"});
  tree.arrays["/grid/deep/inner"] = array_of({5}, {"z"});
  tree.arrays["/grid2"] = array_of({}, {});
  tree.skipped = {{"/odd", "why"}, {"/grid/odd", "because"}};
  return tree;
}

Names names(const VirtualDataset& dataset) {
  Names found;
  for (const auto& [name, array] : dataset.variables) found.push_back(name);
  return found;
}

TEST(SelectGroup, TakesTheArraysDirectlyInIt) {
  const auto root = select_group(tree(), "/");
  ASSERT_TRUE(root) << root.error().text();
  EXPECT_EQ(names(*root), (Names{"grid2", "time"}));
  EXPECT_EQ(root->attributes["title"], "root");
  for (const char* path : {"/grid", "grid", "/grid/"}) {
    const auto grid = select_group(tree(), path);
    ASSERT_TRUE(grid) << grid.error().text();
    EXPECT_EQ(names(*grid), (Names{"rain", "x"}));
    EXPECT_EQ(grid->attributes["title"], "grid");
    ASSERT_EQ(grid->skipped.size(), 1u);
    EXPECT_EQ(grid->skipped[0].path, "/grid/odd");
  }
}

TEST(SelectGroup, NamesDimensionsAsTheGroupDoes) {
  const auto grid = select_group(tree(), "/grid");
  EXPECT_EQ(grid->variables.at("rain").metadata.dimension_names, (Dims{"/time", "x"}));
  EXPECT_EQ(grid->variables.at("x").metadata.dimension_names, (Dims{"x"}));
  EXPECT_EQ(grid->dimension_sizes(), (std::map<std::string, std::uint64_t>{{"/time", 2}, {"x", 3}}));
}

TEST(SelectGroup, NamesTheNearestGroup) {
  const auto missing = select_group(tree(), "/gird");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_NE(missing.error().text().find("did you mean \"/grid\""), std::string::npos) << missing.error().text();
}

TEST(SelectGroup, DimensionsHaveOneLength) {
  auto broken = tree();
  broken.arrays["/other"] = array_of({7}, {"time"});
  const auto root = select_group(broken, "/");
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().kind, ErrorKind::invalid);
  for (const char* part : {"time", "other", "2", "7"}) {
    EXPECT_NE(root.error().text().find(part), std::string::npos) << root.error().text();
  }
  broken.arrays["/other"].metadata.dimension_names = {std::nullopt};
  EXPECT_TRUE(select_group(broken, "/"));
}

VirtualDataset dataset() {
  VirtualDataset dataset;
  dataset.variables["rain"] = array_of({2, 3}, {"time", "x"});
  dataset.variables["time"] = array_of({2}, {"time"});
  dataset.variables["x"] = array_of({3}, {"x"});
  dataset.variables["odd"] = array_of({4}, {std::nullopt});
  return dataset;
}

TEST(Selection, SelectsAndDrops) {
  auto selected = dataset();
  ASSERT_TRUE(select(selected, {"x", "rain"}));
  EXPECT_EQ(names(selected), (Names{"rain", "x"}));
  auto dropped = dataset();
  ASSERT_TRUE(drop(dropped, {"x", "odd"}));
  EXPECT_EQ(names(dropped), (Names{"rain", "time"}));
}

TEST(Selection, NamesEveryUnknownVariableAndTheNearest) {
  for (const auto operation : {select, drop}) {
    auto copy = dataset();
    const auto status = operation(copy, {"rian", "x", "qqqqqq"});
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::invalid);
    EXPECT_NE(status.error().text().find("\"rian\" (did you mean \"rain\"?)"), std::string::npos)
        << status.error().text();
    EXPECT_NE(status.error().text().find("qqqqqq"), std::string::npos);
    EXPECT_EQ(copy.variables.size(), 4u);
  }
}

TEST(Rename, RenamesVariablesAndTheirDimensions) {
  auto renamed = dataset();
  ASSERT_TRUE(rename(renamed, {{"time", "lead"}, {"rain", "precipitation"}}));
  EXPECT_EQ(names(renamed), (Names{"lead", "odd", "precipitation", "x"}));
  EXPECT_EQ(renamed.variables["precipitation"].metadata.dimension_names, (Dims{"lead", "x"}));
  EXPECT_EQ(renamed.variables["lead"].metadata.dimension_names, (Dims{"lead"}));
}

TEST(Rename, RenamesADimensionWithoutAVariable) {
  auto renamed = dataset();
  ASSERT_TRUE(drop(renamed, {"x"}));
  ASSERT_TRUE(rename(renamed, {{"x", "longitude"}}));
  EXPECT_EQ(renamed.variables["rain"].metadata.dimension_names, (Dims{"time", "longitude"}));
}

TEST(Rename, SwapsNames) {
  auto renamed = dataset();
  ASSERT_TRUE(rename(renamed, {{"time", "x"}, {"x", "time"}}));
  EXPECT_EQ(renamed.variables["rain"].metadata.dimension_names, (Dims{"x", "time"}));
  EXPECT_EQ(renamed.variables["x"].metadata.shape, zarr::Shape{2});
}

TEST(Rename, RefusesUnknownNamesAndClashes) {
  auto copy = dataset();
  EXPECT_NE(rename(copy, {{"tine", "t"}}).error().text().find("did you mean \"time\""), std::string::npos);
  EXPECT_EQ(rename(copy, {{"rain", "odd"}}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(rename(copy, {{"rain", "a"}, {"odd", "a"}}).error().kind, ErrorKind::invalid);
  ASSERT_TRUE(drop(copy, {"x", "time"}));
  EXPECT_EQ(rename(copy, {{"time", "x"}}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(copy.variables["rain"].metadata.dimension_names, (Dims{"time", "x"}));
}

}  // namespace
}  // namespace vdp
