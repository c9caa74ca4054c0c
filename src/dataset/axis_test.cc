#include "dataset/axis.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vdp::dataset {
namespace {

AxisSpec half_hours() {
  AxisSpec spec;
  spec.name = "time";
  spec.kind = AxisKind::regular;
  spec.start = "1998-01-01T00:00:00Z";
  spec.end = "2025-10-01";
  spec.step = std::chrono::minutes(30);
  return spec;
}
TimeUnits units(std::string_view text, Calendar calendar = Calendar::standard) {
  return parse_time_units(text, calendar).value();
}
Instant at(std::string_view time, Calendar calendar = Calendar::standard) {
  return parse_instant(calendar, time).value();
}

TEST(RegularAxis, PlacesInstants) {
  const auto axis = RegularAxis::create(half_hours(), units("nanoseconds since 1970-01-01"), NumberType::int64).value();
  EXPECT_EQ(axis.length(), 486'480U);
  EXPECT_EQ(axis.slot(at("1998-01-01")).value(), 0U);
  EXPECT_EQ(axis.slot(at("1998-01-01T23:30:00Z")).value(), 47U);
  EXPECT_EQ(axis.slot(at("2025-09-30T23:30:00Z")).value(), 486'479U);
  EXPECT_EQ(axis.slot(0.5, units("hours since 1998-01-01")).value(), 1U);
}

TEST(RegularAxis, RefusesWhatIsOnNoStep) {
  const auto axis = RegularAxis::create(half_hours(), units("seconds since 1970-01-01"), NumberType::int64).value();
  const auto between = axis.slot(at("1998-01-01T00:40:00Z"));
  ASSERT_FALSE(between);
  EXPECT_EQ(between.error().kind, ErrorKind::invalid);
  EXPECT_EQ(
      between.error().text(),
      "axis time: 1998-01-01T00:40:00 is on no step; the nearest are 1998-01-01T00:30:00 and 1998-01-01T01:00:00");
  EXPECT_NE(axis.slot(at("1997-12-31")).error().text().find("before the start"), std::string::npos);
  EXPECT_NE(axis.slot(at("2025-10-01")).error().text().find("not before the end"), std::string::npos);
}

TEST(RegularAxis, PlacesSpans) {
  AxisSpec spec = half_hours();
  spec.start = "1998-01-01T12:00:00Z";
  spec.end.clear();
  spec.step = std::chrono::days(1);
  const auto noons = RegularAxis::create(spec, units("days since 1998-01-01"), NumberType::float64).value();
  const auto span = [](std::string_view begin, std::string_view end) { return TimeSpan{at(begin), at(end)}; };
  EXPECT_EQ(noons.slot(span("1998-01-01", "1998-01-02")).value(), 0U);
  EXPECT_EQ(noons.slot(span("1998-01-31", "1998-02-01")).value(), 30U);
  EXPECT_EQ(noons.slot(span("1998-01-02T12:00:00Z", "1998-01-09T12:00:00Z")).value(), 1U);
  EXPECT_NE(noons.slot(span("1998-01-02", "1998-01-04")).error().text().find("2 steps, expected one"),
            std::string::npos);
  EXPECT_NE(noons.slot(span("1998-01-02", "1998-01-02T01:00:00Z")).error().text().find("on no step"),
            std::string::npos);
  EXPECT_NE(noons.slot(span("1997-01-02", "1997-01-03")).error().text().find("before the start"), std::string::npos);
}

TEST(RegularAxis, ComputesValuesExactly) {
  const auto axis = RegularAxis::create(half_hours(), units("days since 1850-01-01"), NumberType::float64).value();
  const auto values = axis.values(0, 100).value();
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(std::get<double>(values[i]), 54056.0 + static_cast<double>(i) / 48.0);
    EXPECT_EQ(axis.slot(values[i], axis.units()).value(), i);
  }
  const auto nanoseconds = RegularAxis::create(half_hours(), units("ns since 1970-01-01"), NumberType::int64).value();
  EXPECT_EQ(nanoseconds.values(1, 2).value(), (std::vector<Number>{std::int64_t{883'614'600'000'000'000}}));
}

TEST(RegularAxis, RefusesUnitsThatCannotHoldItsSteps) {
  const auto axis = RegularAxis::create(half_hours(), units("days since 1850-01-01"), NumberType::int64);
  ASSERT_FALSE(axis);
  EXPECT_NE(axis.error().text().find("1998-01-01T00:30:00"), std::string::npos) << axis.error().text();
}

TEST(RegularAxis, ChecksItsDeclaration) {
  AxisSpec spec = half_hours();
  spec.end = "1998-01-01";
  EXPECT_FALSE(RegularAxis::create(spec, units("s since 1970-01-01"), NumberType::int64));
  spec = half_hours();
  spec.step = Duration{0};
  EXPECT_FALSE(RegularAxis::create(spec, units("s since 1970-01-01"), NumberType::int64));
  spec = half_hours();
  spec.start = "1998-02-29";
  EXPECT_FALSE(RegularAxis::create(spec, units("s since 1970-01-01"), NumberType::int64));
  spec = half_hours();
  spec.end = "1998-01-01T00:45:00Z";
  EXPECT_EQ(RegularAxis::create(spec, units("s since 1970-01-01"), NumberType::int64)->length(), 2U);
  spec.end.clear();
  EXPECT_EQ(RegularAxis::create(spec, units("s since 1970-01-01"), NumberType::int64)->length(), std::nullopt);
}

TEST(RegularAxis, FollowsTheCalendar) {
  AxisSpec spec = half_hours();
  spec.start = "2000-02-28";
  spec.end.clear();
  spec.step = std::chrono::days(1);
  const auto slot_of_march = [&](Calendar calendar) {
    const auto axis = RegularAxis::create(spec, units("days since 2000-01-01", calendar), NumberType::int64).value();
    return axis.slot(at("2000-03-01", calendar)).value();
  };
  EXPECT_EQ(slot_of_march(Calendar::standard), 2U);
  EXPECT_EQ(slot_of_march(Calendar::no_leap), 1U);
  EXPECT_EQ(slot_of_march(Calendar::day_360), 3U);
}

TEST(GrowAxis, LocatesAndGrows) {
  auto axis = GrowAxis::create("time", {1.0, 2.5, 4.0}).value();
  EXPECT_EQ(axis.locate(5.0)->kind, GrowAxis::Place::Kind::append);
  EXPECT_EQ(axis.locate(5.0)->slot, 3U);
  EXPECT_EQ(axis.locate(2.5)->kind, GrowAxis::Place::Kind::existing);
  EXPECT_EQ(axis.locate(2.5)->slot, 1U);
  EXPECT_EQ(axis.locate(2.0)->kind, GrowAxis::Place::Kind::before_end);
  EXPECT_EQ(axis.locate(2.0)->slot, 1U);
  EXPECT_FALSE(axis.locate(std::nan("")));
  EXPECT_FALSE(axis.locate(std::int64_t{5}));
  EXPECT_TRUE(axis.append(5.0));
  EXPECT_FALSE(axis.append(5.0));
  EXPECT_EQ(axis.length(), 4U);
}

TEST(GrowAxis, TakesValuesInBetween) {
  auto axis = GrowAxis::create("time", {1.0, 2.5, 4.0}).value();
  EXPECT_TRUE(axis.insert(1, {1.5, 2.0}));
  EXPECT_TRUE(axis.insert(0, {0.5}));
  EXPECT_EQ(axis.values(), (std::vector<Number>{0.5, 1.0, 1.5, 2.0, 2.5, 4.0}));
  EXPECT_FALSE(axis.insert(1, {1.0}));
  EXPECT_FALSE(axis.insert(1, {0.7, 1.2}));
  EXPECT_FALSE(axis.insert(1, {0.8, 0.7}));
  EXPECT_EQ(axis.length(), 6U);
}

TEST(GrowAxis, RefusesDisorder) {
  const auto axis = GrowAxis::create("time", {std::int64_t{1}, std::int64_t{3}, std::int64_t{2}});
  ASSERT_FALSE(axis);
  EXPECT_EQ(axis.error().text(), "axis time: 2 follows 3 at position 2; values must strictly increase");
  EXPECT_FALSE(GrowAxis::create("time", {1.0, 1.0}));
  EXPECT_FALSE(GrowAxis::create("time", {1.0, std::nan("")}));
}

TEST(Elements, AreLittleEndianBothWays) {
  const std::vector<Number> integers = {std::int64_t{1}, std::int64_t{-2}};
  const Bytes bytes = to_elements(integers, NumberType::int64).value();
  EXPECT_EQ(bytes, (Bytes{1, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
  EXPECT_EQ(from_elements(bytes, NumberType::int64).value(), integers);
  const std::vector<Number> floats = {0.5};
  EXPECT_EQ(from_elements(to_elements(floats, NumberType::float64).value(), NumberType::float64).value(), floats);
  EXPECT_FALSE(to_elements(integers, NumberType::float64));
  EXPECT_EQ(from_elements(Bytes(9), NumberType::int64).error().kind, ErrorKind::corrupt);
}

AxisSpec grow(AxisSource from) {
  AxisSpec spec;
  spec.name = "time";
  spec.from = from;
  return spec;
}

TEST(Encoding, FollowsDeclarationThenSeedThenDefaults) {
  const SeedCoordinate seed{"days since 1850-01-01", "noleap", true};
  auto encoding = resolve_encoding(grow(AxisSource::value), seed).value();
  EXPECT_EQ(encoding.units, "days since 1850-01-01");
  EXPECT_EQ(encoding.time->calendar, Calendar::no_leap);
  EXPECT_EQ(encoding.dtype, NumberType::float64);

  encoding = resolve_encoding(grow(AxisSource::pattern), std::nullopt).value();
  EXPECT_EQ(encoding.units, "seconds since 1970-01-01");
  EXPECT_EQ(encoding.dtype, NumberType::int64);

  AxisSpec declared = grow(AxisSource::pattern);
  declared.units = "hours since 1970-01-01";
  declared.calendar = Calendar::day_360;
  encoding = resolve_encoding(declared, seed).value();
  EXPECT_EQ(encoding.units, "hours since 1970-01-01");
  EXPECT_EQ(encoding.time->calendar, Calendar::day_360);
  EXPECT_EQ(encoding.dtype, NumberType::int64);
}

TEST(Encoding, LeavesAxesThatAreNoTimeAlone) {
  const auto depth = resolve_encoding(grow(AxisSource::value), SeedCoordinate{"m", "", true}).value();
  EXPECT_FALSE(depth.time);
  EXPECT_EQ(depth.units, "m");
  EXPECT_EQ(depth.dtype, NumberType::float64);
  // The key says when it was, so that the file's relative hours do not count.
  const auto time = resolve_encoding(grow(AxisSource::pattern), SeedCoordinate{"hours", "", true}).value();
  EXPECT_EQ(time.units, "seconds since 1970-01-01");
  EXPECT_EQ(time.dtype, NumberType::int64);
  const auto bad = resolve_encoding(grow(AxisSource::value), SeedCoordinate{"days since 2000-01-01", "mayan", true});
  EXPECT_EQ(bad.error().kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace vdp::dataset
