#include "pipeline/axis_order.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace vdp {
namespace {

/// `from`: where the axis has its values from.
dataset::DatasetFile dataset_file(const std::string& from, const std::string& kind = "grow",
                                  const std::string& more = "") {
  const std::string step = kind == "regular" ? "start = \"2020-01-01\"\nstep = \"1d\"\n" : "";
  const std::string text = fmt::format(
      "[store]\nurl = \"memory://s/\"\n[source]\nprefix = \"memory://a/\"\npattern = \"{{time:%Y%m%d}}.nc\"\n"
      "[axis.time]\nkind = \"{}\"\nfrom = \"{}\"\nunits = \"days since 2000-01-01\"\n{}[forward]\n{}",
      kind, from, step, more);
  auto file = dataset::parse_dataset_file(text, "/data/dataset.toml", {}, [](const auto&) { return std::nullopt; });
  EXPECT_TRUE(file) << dataset::to_error("", file.error()).text();
  return std::move(*file);
}

Granule granule_of(int day) {
  const std::string key = fmt::format("202001{:02}.nc", day);
  return {"memory://a/" + key, key, 0, "", 0};
}

/// Read, unless the day is negative.
class Batch {
 public:
  explicit Batch(std::initializer_list<int> days) {
    for (const int day : days) {
      granules.push_back(granule_of(std::abs(day)));
      Preparation preparation;
      preparation.was_read = day > 0;
      if (day > 0) {
        auto prepared = std::make_shared<PreparedGranule>();
        prepared->axis_values = {std::int64_t{day - 1}};
        prepared->axis_units = dataset::parse_time_units("days since 2020-01-01", "standard").value();
        preparation.granule = std::move(prepared);
      }
      preparations.push_back(std::move(preparation));
    }
  }

  /// Days that are to be written.
  std::vector<int> held_back(const dataset::DatasetFile& file) {
    hold_back_behind_unread(file, file.axes.front(), granules, preparations);
    std::vector<int> days;
    for (const Preparation& each : preparations) {
      if (each.granule) days.push_back(static_cast<int>(std::get<std::int64_t>(each.granule->axis_values[0])) + 1);
    }
    return days;
  }

  std::vector<Granule> granules;
  std::vector<Preparation> preparations;
};

TEST(AxisOrder, AKeyTellsThePositionThatTheFileWillHave) {
  const auto file = dataset_file("pattern");
  const Batch batch{5};
  EXPECT_EQ(axis_position(file, file.axes[0], batch.granules[0].key), axis_position(*batch.preparations[0].granule));
  const auto by_value = dataset_file("value");
  EXPECT_EQ(axis_position(by_value, by_value.axes[0], batch.granules[0].key), std::nullopt);
  EXPECT_EQ(axis_position(file, file.axes[0], "readme.txt"), std::nullopt);
}

TEST(AxisOrder, IsThatOfReadingWhereKeysTellIt) {
  const auto file = dataset_file("pattern");
  const Batch batch{3, 1, 2};
  EXPECT_EQ(in_key_order(file, file.axes[0], batch.granules, {0, 1, 2}), (std::vector<std::size_t>{1, 2, 0}));
  const auto by_value = dataset_file("value");
  EXPECT_EQ(in_key_order(by_value, by_value.axes[0], batch.granules, {0, 2, 1}), (std::vector<std::size_t>{0, 2, 1}));
}

TEST(AxisOrder, WhatWasNotReadIsNotOvertaken) {
  const auto file = dataset_file("pattern");
  EXPECT_EQ((Batch{1, 2, 3}.held_back(file)), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ((Batch{1, -3, 2, 4, -5, 6}.held_back(file)), (std::vector<int>{1, 2}));
  EXPECT_EQ((Batch{-1, 2, 3}.held_back(file)), std::vector<int>{});
}

TEST(AxisOrder, WhereKeysDoNotTellItNothingIsWritten) {
  const auto file = dataset_file("value");
  EXPECT_EQ((Batch{1, 2, -3}.held_back(file)), std::vector<int>{});
  EXPECT_EQ((Batch{1, 2, 3}.held_back(file)), (std::vector<int>{1, 2, 3}));
}

TEST(AxisOrder, IsKeptWhereALateGranuleWouldBeRefused) {
  const auto is_kept = [](const dataset::DatasetFile& file) { return is_order_kept(file, file.axes[0]); };
  EXPECT_TRUE(is_kept(dataset_file("pattern")));
  EXPECT_FALSE(is_kept(dataset_file("pattern", "regular")));
  EXPECT_TRUE(is_kept(dataset_file("pattern", "regular", "gap = \"refuse\"\n")));
  EXPECT_TRUE(is_kept(dataset_file("pattern", "regular", "late = \"reject\"\n")));
}

}  // namespace
}  // namespace vdp
