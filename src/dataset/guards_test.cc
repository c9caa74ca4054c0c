#include "dataset/guards.h"

#include <gtest/gtest.h>

namespace vdp::dataset {
namespace {

zarr::ArrayMetadata packed_metadata() {
  zarr::ArrayMetadata metadata;
  metadata.shape = {1, 4};
  metadata.chunk_shape = {1, 2};
  metadata.data_type = zarr::signed_integer(2);
  metadata.fill_value = -9999;
  metadata.codecs = {{"bytes", {{"endian", "little"}}}, {"numcodecs.zlib", {{"level", 4}}}};
  metadata.dimension_names = {"time", "lat"};
  metadata.attributes = {{"scale_factor", 0.01}, {"units", "kelvin"}};
  return metadata;
}

zarr::ArrayMetadata latitude_metadata() {
  zarr::ArrayMetadata metadata;
  metadata.shape = {4};
  metadata.chunk_shape = {4};
  metadata.data_type = zarr::floating(4);
  metadata.fill_value = 0;
  metadata.codecs = {{"bytes", {{"endian", "little"}}}};
  metadata.dimension_names = {"lat"};
  return metadata;
}

class GuardsTest : public testing::Test {
 protected:
  GuardsTest() {
    store_.axis = "time";
    store_.variables["sst"] = {Role::refs, packed_metadata(), 0, std::nullopt, false};
    store_.variables["lat"] = {Role::static_native, latitude_metadata(), std::nullopt, StaticProof{"e1", "v1"}, false};
    granule_.variables["sst"].metadata = packed_metadata();
    granule_.variables["lat"].metadata = latitude_metadata();
    proofs_["lat"] = {"e1", ""};
  }

  zarr::ArrayMetadata& sst() { return granule_.variables["sst"].metadata; }
  std::vector<Mismatch> mismatches() { return compare(store_, granule_, proofs_).mismatches; }

  Template store_;
  VirtualDataset granule_;
  std::map<std::string, StaticProof> proofs_;
};

TEST_F(GuardsTest, AcceptsWhatIsAlike) { EXPECT_TRUE(mismatches().empty()); }

TEST_F(GuardsTest, AcceptsAnyLengthAlongTheAxis) {
  sst().shape[0] = 7;
  EXPECT_TRUE(mismatches().empty());
}

TEST_F(GuardsTest, RefusesAnotherPackingOfThisVariable) {
  sst().attributes["scale_factor"] = 0.02;
  ASSERT_EQ(mismatches().size(), 1U);
  EXPECT_EQ(describe(mismatches()[0]),
            "variable sst: attribute scale_factor: found 0.02, expected 0.01 (the stored numbers would be read with "
            "another meaning)");
}

TEST_F(GuardsTest, RefusesEachAttributeThatChangesMeaning) {
  for (const std::string attribute : {"scale_factor", "add_offset", "_FillValue", "missing_value", "_Unsigned", "units",
                                      "calendar", "flag_values", "flag_masks", "flag_meanings", "positive"}) {
    EXPECT_TRUE(changes_meaning(attribute));
    auto saved = sst().attributes;
    sst().attributes[attribute] = "changed";
    EXPECT_EQ(mismatches().size(), 1U) << attribute;
    sst().attributes = saved;
  }
  EXPECT_FALSE(changes_meaning("long_name"));
}

TEST_F(GuardsTest, ComparesAllThatAGridMappingSays) {
  auto& mapping = store_.variables["lat"].metadata.attributes;
  mapping = {{"grid_mapping_name", "geostationary"}, {"longitude_of_projection_origin", -75.0}, {"long_name", "g"}};
  auto& found = granule_.variables["lat"].metadata.attributes;
  found = mapping;
  found["long_name"] = "another text";
  EXPECT_TRUE(mismatches().empty());
  found["longitude_of_projection_origin"] = -89.5;
  found["sweep_angle_axis"] = "x";
  ASSERT_EQ(mismatches().size(), 2U);
  EXPECT_EQ(mismatches()[0].what, "attribute longitude_of_projection_origin");
}

TEST_F(GuardsTest, TellsAllFindingsAtOnce) {
  sst().data_type = zarr::signed_integer(4);
  sst().chunk_shape = {1, 4};
  sst().attributes.erase("units");
  proofs_["lat"] = {"e2", "v2"};
  EXPECT_EQ(mismatches().size(), 4U);
}

TEST_F(GuardsTest, ComparesStaticValuesWhereStoredBytesDiffer) {
  proofs_["lat"] = {"e2", "v1"};
  EXPECT_TRUE(mismatches().empty());
  proofs_["lat"] = {"e2", "v2"};
  EXPECT_EQ(mismatches().size(), 1U);
  proofs_.clear();
  EXPECT_EQ(mismatches().size(), 1U);
}

TEST_F(GuardsTest, RefusesAMissingVariableAndNotesANewOne) {
  granule_.variables["extra"].metadata = packed_metadata();
  granule_.variables.erase("sst");
  const auto report = compare(store_, granule_, proofs_);
  ASSERT_EQ(report.mismatches.size(), 1U);
  EXPECT_EQ(report.mismatches[0].variable, "sst");
  ASSERT_EQ(report.notes.size(), 1U);
}

TEST_F(GuardsTest, RefusesAnotherOrderOfDimensions) {
  sst().dimension_names = {"lat", "time"};
  ASSERT_EQ(mismatches().size(), 1U);
  EXPECT_EQ(mismatches()[0].what, "dimensions");
}

TEST(Guards, LevelOfACompressorDoesNotMatterToADecoder) {
  const auto expected = packed_metadata().codecs;
  auto found = expected;
  found[1].configuration["level"] = 9;
  EXPECT_TRUE(decode_alike(found, expected));
  found[0].configuration["endian"] = "big";
  EXPECT_FALSE(decode_alike(found, expected));
  found.pop_back();
  EXPECT_FALSE(decode_alike(found, expected));
}

TEST(Guards, BoxesCoverWholeChunksOrEndTheArray) {
  EXPECT_TRUE(box_is_aligned(0, 10, 5, 10));
  EXPECT_TRUE(box_is_aligned(5, 8, 5, 8));
  EXPECT_FALSE(box_is_aligned(5, 8, 5, 10));
  EXPECT_FALSE(box_is_aligned(3, 8, 5, 8));
}

TEST(Template, ContractRoundTrips) {
  Template store;
  store.axis = "time";
  auto time = latitude_metadata();
  time.dimension_names = {"time"};
  store.variables["time"] = {Role::axis, time, 0, std::nullopt, false};
  store.variables["bounds"] = {Role::native, packed_metadata(), 0, std::nullopt, true};
  store.variables["lat"] = {Role::static_native, latitude_metadata(), std::nullopt, StaticProof{"e", "v"}, false};
  store.attributes = {{"title", "t"}};
  store.attribute_names = {"title", "history"};
  const Json contract = contract_json(store);
  Template bare = store;
  bare.attributes["curator"] = "somebody else";
  for (auto& [name, variable] : bare.variables)
    variable = {Role::refs, variable.metadata, std::nullopt, std::nullopt, false};
  const auto read = apply_contract(contract, bare);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->axis, "time");
  EXPECT_EQ(read->attributes, (Json{{"title", "t"}}));
  EXPECT_EQ(read->foreign_attributes, (Json{{"curator", "somebody else"}}));
  EXPECT_EQ(read->attribute_names, store.attribute_names);
  EXPECT_EQ(read->variables.at("bounds").role, Role::native);
  EXPECT_TRUE(read->variables.at("bounds").in_axis_units);
  EXPECT_EQ(read->variables.at("lat").proof, (StaticProof{"e", "v"}));
}

TEST(Template, RefusesAContractThatTheStoreContradicts) {
  Template bare;
  bare.variables["lat"].metadata = latitude_metadata();
  const auto with = [](Json lat) {
    return Json{{"contract", 1}, {"axis", "lat"}, {"variables", {{"lat", std::move(lat)}}}};
  };
  EXPECT_TRUE(apply_contract(with({{"role", "axis"}}), bare));
  EXPECT_FALSE(apply_contract(with({{"role", "static_native"}}), bare));
  EXPECT_FALSE(apply_contract(with({{"role", "unheard of"}}), bare));
  EXPECT_FALSE(apply_contract({{"contract", 2}}, bare));
  EXPECT_FALSE(apply_contract(with({{"role", "axis"}}), {}));
  // Of another type than ours: an error, not an exception.
  EXPECT_FALSE(apply_contract({{"contract", "1"}}, bare));
  EXPECT_FALSE(apply_contract({{"contract", 1}, {"axis", 5}, {"variables", {{"lat", {{"role", "axis"}}}}}}, bare));
  EXPECT_TRUE(apply_contract(with({{"role", "axis"}, {"in_axis_units", "yes"}}), bare));
}

}  // namespace
}  // namespace vdp::dataset
