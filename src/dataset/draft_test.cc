#include "dataset/draft.h"

#include <gtest/gtest.h>

namespace vdp::dataset {
namespace {

/// An array of `shape` in chunks of `chunk`, every chunk present, compressed unless `plain`.
VirtualArray array(std::vector<std::string> dims, zarr::Shape shape, zarr::Shape chunk, bool plain = false) {
  VirtualArray made;
  made.metadata.shape = std::move(shape);
  made.metadata.chunk_shape = std::move(chunk);
  made.metadata.data_type = zarr::floating(8);
  made.metadata.fill_value = 0;
  made.metadata.codecs = {{"bytes", {{"endian", "little"}}}};
  if (!plain) made.metadata.codecs.push_back({"numcodecs.zlib", {{"level", 1}}});
  for (auto& dim : dims) made.metadata.dimension_names.emplace_back(std::move(dim));
  made.manifest = ChunkManifest(made.metadata.grid_shape());
  const auto location = made.manifest.add_location({"file:///a.nc", "", 1});
  std::uint64_t length = 8;
  for (const auto edge : made.metadata.chunk_shape) length *= edge;
  std::uint64_t chunks = 1;
  for (const auto count : made.metadata.grid_shape()) chunks *= count;
  for (std::uint64_t i = 0; i < chunks; ++i) made.manifest.set_virtual(i, {location, i * length, length});
  return made;
}

class DraftTest : public testing::Test {
 protected:
  DraftTest() {
    axis_.name = "time";
    encoding_.units = "days since 1850-01-01";
    encoding_.time = *parse_time_units("days since 1850-01-01", Calendar::no_leap);
    encoding_.dtype = NumberType::float64;
    seed_.variables["time"] = array({"time"}, {12}, {512});
    seed_.variables["time"].metadata.attributes = {
        {"units", "days since 1850-1-1"}, {"bounds", "time_bnds"}, {"_FillValue", 0}};
    seed_.variables["lat"] = array({"lat"}, {1000}, {1000});
  }

  const VariableTemplate& drafted(const std::string& name) {
    auto draft = draft_template(file_, axis_, encoding_, seed_, 0);
    EXPECT_TRUE(draft) << draft.error().text();
    draft_ = std::move(*draft);
    return draft_.store.variables.at(name);
  }

  DatasetFile file_;
  AxisSpec axis_;
  AxisEncoding encoding_;
  VirtualDataset seed_;
  Draft draft_;
};

TEST_F(DraftTest, AxisIsStoredInItsDeclaredUnitsWithoutFill) {
  const auto& time = drafted("time");
  EXPECT_EQ(time.role, Role::axis);
  EXPECT_EQ(time.metadata.shape, zarr::Shape{0});
  EXPECT_EQ(time.metadata.chunk_shape, zarr::Shape{4096});
  EXPECT_EQ(time.metadata.attributes["units"], "days since 1850-01-01");
  EXPECT_EQ(time.metadata.attributes["calendar"], "noleap");
  EXPECT_FALSE(time.metadata.attributes.contains("_FillValue"));
}

TEST_F(DraftTest, OneStepChunksStayReferences) {
  seed_.variables["tas"] = array({"time", "lat"}, {12, 1000}, {1, 500});
  const auto& tas = drafted("tas");
  EXPECT_EQ(tas.role, Role::refs);
  EXPECT_EQ(tas.metadata.chunk_shape, (zarr::Shape{1, 500}));
  EXPECT_EQ(tas.metadata.shape, (zarr::Shape{0, 1000}));
}

TEST_F(DraftTest, ContiguousUnfilteredIsSplitByStep) {
  seed_.variables["tas"] = array({"time", "lat"}, {12, 1000}, {12, 1000}, true);
  const auto& tas = drafted("tas");
  EXPECT_EQ(tas.role, Role::refs);
  EXPECT_EQ(tas.metadata.chunk_shape, (zarr::Shape{1, 1000}));
  auto granule = seed_;
  ASSERT_TRUE(fit_to_grid(draft_.store, granule));
  EXPECT_EQ(granule.variables["tas"].manifest.size(), 12U);
  EXPECT_EQ(granule.variables["tas"].manifest.find(3)->ref.offset, 3U * 8000);
}

TEST_F(DraftTest, SmallVariablesThatDoNotFitAreDecoded) {
  seed_.variables["index"] = array({"time"}, {12}, {512});
  const auto& index = drafted("index");
  EXPECT_EQ(index.role, Role::native);
  EXPECT_EQ(index.metadata.chunk_shape, zarr::Shape{4096});
  ASSERT_EQ(draft_.notes.size(), 1U);
  EXPECT_NE(draft_.notes[0].find("chunks of 512 steps"), std::string::npos);
}

TEST_F(DraftTest, LargeVariablesAreNeverDecodedByThemselves) {
  seed_.variables["big"] = array({"time", "lat"}, {12, 1000}, {5, 1000});
  EXPECT_EQ(drafted("big").role, Role::refs);
}

TEST_F(DraftTest, BoundsOfTheAxisFollowItsUnits) {
  seed_.variables["time_bnds"] = array({"time", "bnds"}, {12, 2}, {1, 2});
  const auto& bounds = drafted("time_bnds");
  EXPECT_TRUE(bounds.in_axis_units);
  EXPECT_EQ(bounds.role, Role::native);
}

TEST_F(DraftTest, LargeBoundsFollowTheAxisToo) {
  seed_.variables["time_bnds"] = array({"time", "bnds"}, {5000, 2}, {5000, 2}, true);
  seed_.variables["time"] = array({"time"}, {5000}, {5000});
  seed_.variables["time"].metadata.attributes = {{"units", "days since 1850-1-1"}, {"bounds", "time_bnds"}};
  EXPECT_EQ(drafted("time_bnds").role, Role::native);
}

TEST_F(DraftTest, WhatOfficialReadersCannotDecodeIsNeverReferredTo) {
  const auto checksum_before_shuffle = [](VirtualArray made) {
    made.metadata.codecs = {{"bytes", {{"endian", "little"}}},
                            {"numcodecs.fletcher32", Json::object()},
                            {"numcodecs.shuffle", {{"elementsize", 8}}}};
    return made;
  };
  seed_.variables["small"] = checksum_before_shuffle(array({"time", "lon"}, {12, 3}, {1, 3}));
  seed_.variables["area"] = checksum_before_shuffle(array({"lat", "lon"}, {1000, 3}, {1000, 3}));
  EXPECT_EQ(drafted("small").role, Role::native);
  EXPECT_EQ(draft_.store.variables.at("area").role, Role::static_native);

  seed_.variables["large"] = checksum_before_shuffle(array({"time", "lat"}, {12, 1000}, {1, 500}));
  const auto draft = draft_template(file_, axis_, encoding_, seed_, 0);
  ASSERT_FALSE(draft);
  EXPECT_NE(draft.error().text().find("variable large: official readers cannot"), std::string::npos)
      << draft.error().text();
  file_.coords.native = {{"large"}};
  EXPECT_EQ(drafted("large").role, Role::native);
}

TEST_F(DraftTest, StaticVariablesOfOneDimensionAreNativeOthersReferences) {
  seed_.variables["area"] = array({"lat", "lon"}, {1000, 3}, {1000, 3});
  seed_.variables["tas"] = array({"time", "lat"}, {12, 1000}, {1, 500});
  EXPECT_EQ(drafted("lat").role, Role::static_native);
  EXPECT_EQ(draft_.store.variables.at("area").role, Role::static_refs);
}

TEST_F(DraftTest, AttributesThatAreNoTextsAreNone) {
  seed_.variables["time"].metadata.attributes = {{"units", 5}, {"bounds", Json::array({"x"})}};
  EXPECT_EQ(seed_coordinate(seed_, "time")->units, "");
  EXPECT_EQ(drafted("time").role, Role::axis);
}

TEST_F(DraftTest, NamesWhatIsMissing) {
  file_.coords.native = {{"latt"}};
  auto draft = draft_template(file_, axis_, encoding_, seed_, 0);
  ASSERT_FALSE(draft);
  EXPECT_NE(draft.error().message.find("did you mean \"lat\"?"), std::string::npos) << draft.error().message;
  file_.coords.native.reset();
  axis_.name = "t";
  draft = draft_template(file_, axis_, encoding_, seed_, 0);
  ASSERT_FALSE(draft);
  EXPECT_NE(draft.error().message.find("dimensions: lat, time"), std::string::npos) << draft.error().message;
}

TEST_F(DraftTest, AStaticNameAlongTheAxisIsRefused) {
  file_.coords.static_names = {{"tas"}};
  seed_.variables["tas"] = array({"time", "lat"}, {12, 1000}, {1, 500});
  EXPECT_FALSE(draft_template(file_, axis_, encoding_, seed_, 0));
}

}  // namespace
}  // namespace vdp::dataset
