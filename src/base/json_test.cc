#include "base/json.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vdp {
namespace {

TEST(Json, BoundsDepthAndRefusesTrailingText) {
  EXPECT_FALSE(parse_json(std::string(100000, '[')));
  EXPECT_FALSE(parse_json("{} x"));
  EXPECT_TRUE(parse_json(R"({"a": "[[[["})"));
}

TEST(Json, SameIgnoresOrderAndHoldsNanEqual) {
  const Json a = {{"x", 1}, {"y", std::nan("")}};
  const Json b = {{"y", std::nan("")}, {"x", 1}};
  EXPECT_TRUE(same_json(a, b));
  EXPECT_FALSE(same_json(a, Json{{"x", 1}}));
}

TEST(Json, ReplacesWhatItCannotHold) {
  Json value = {{"a", {1.0, -INFINITY}}, {"b", std::nan("")}};
  EXPECT_EQ(replace_non_finite(value), 2U);
  EXPECT_EQ(value.dump(), R"({"a":[1.0,"-Infinity"],"b":"NaN"})");
}

TEST(Json, DumpsWithSortedKeys) { EXPECT_EQ(dump_sorted(Json{{"b", 1}, {"a", 2}}, -1), R"({"a":2,"b":1})"); }

}  // namespace
}  // namespace vdp
