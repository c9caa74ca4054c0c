#include "zarr/cf_fill_value.h"

#include <gtest/gtest.h>

namespace vdp::zarr {
namespace {

Json encoded(DataType type, Json value) {
  ArrayMetadata metadata;
  metadata.data_type = std::move(type);
  metadata.attributes["_FillValue"] = std::move(value);
  const Status done = encode_cf_fill_attribute(metadata);
  if (!done) return "lost: " + std::to_string(metadata.attributes.contains("_FillValue"));
  return metadata.attributes.value("_FillValue", Json("none"));
}

TEST(CfFillValue, AsXarrayWritesIt) {
  EXPECT_EQ(encoded(floating(4), 1e20F), "AAAAgB2vFUQ=");
  EXPECT_EQ(encoded(signed_integer(2), -5), -5);
  EXPECT_EQ(encoded(signed_integer(2), -5.0), -5);
  EXPECT_EQ(encoded(boolean(), 1), true);
}

TEST(CfFillValue, TextsAreWithoutIt) {
  EXPECT_EQ(encoded(fixed_bytes(1), "x"), "none");
  EXPECT_EQ(encoded(string(), "x"), "none");
}

TEST(CfFillValue, WhatIsNoValueOfTheTypeIsLost) {
  EXPECT_EQ(encoded(floating(4), "x"), "lost: 0");
  EXPECT_EQ(encoded(signed_integer(2), 0.5), "lost: 0");
  EXPECT_EQ(encoded(signed_integer(2), Json{1, 2}), "lost: 0");
}

TEST(CfFillValue, MostArraysHaveNone) {
  ArrayMetadata metadata;
  metadata.data_type = floating(8);
  EXPECT_TRUE(encode_cf_fill_attribute(metadata));
  EXPECT_TRUE(metadata.attributes.empty());
}

}  // namespace
}  // namespace vdp::zarr
