#include "dataset/time_units.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace vdp::dataset {
namespace {

TimeUnits units(std::string_view text, std::string_view calendar = "standard") {
  auto parsed = parse_time_units(text, calendar);
  EXPECT_TRUE(parsed) << parsed.error().text();
  return parsed.value_or(TimeUnits{});
}

struct Dated {
  const char* units;
  const char* calendar;
  Number value;
  const char* date;
};

// Dates as cftime 1.6.6 gives them.
TEST(TimeUnits, NamesTheDatesThatCftimeNames) {
  const Dated known[] = {
      {"days since 1850-01-01", "standard", 15.5, "1850-01-16T12:00:00"},
      {"days since 1582-10-04", "standard", std::int64_t{1}, "1582-10-15T00:00:00"},
      {"hours since 1-1-1 00:00:00", "standard", std::int64_t{17067072}, "1948-01-01T00:00:00"},
      {"days since 1000-02-28", "standard", std::int64_t{1}, "1000-02-29T00:00:00"},
      {"days since 1582-01-01", "standard", std::int64_t{277}, "1582-10-15T00:00:00"},
      {"minutes since 2000-02-28 23:59", "gregorian", std::int64_t{2}, "2000-02-29T00:01:00"},
      {"days since 1582-10-04", "proleptic_gregorian", std::int64_t{1}, "1582-10-05T00:00:00"},
      {"days since 0001-01-01", "proleptic_gregorian", 730119.25, "2000-01-01T06:00:00"},
      {"days since 0000-01-01", "proleptic_gregorian", std::int64_t{60}, "0000-03-01T00:00:00"},
      {"days since 1900-02-28", "julian", std::int64_t{1}, "1900-02-29T00:00:00"},
      {"days since 1582-10-04", "julian", std::int64_t{11}, "1582-10-15T00:00:00"},
      {"days since 0001-01-01", "julian", std::int64_t{1}, "0001-01-02T00:00:00"},
      {"days since 0000-01-01", "noleap", std::int64_t{59}, "0000-03-01T00:00:00"},
      {"days since 2000-02-28", "365_day", std::int64_t{1}, "2000-03-01T00:00:00"},
      {"days since 1850-01-01", "noleap", 60225.5, "2015-01-01T12:00:00"},
      {"days since 1900-02-28", "all_leap", std::int64_t{1}, "1900-02-29T00:00:00"},
      {"days since 1850-01-01", "366_day", std::int64_t{54900}, "2000-01-01T00:00:00"},
      {"days since 1850-01-01", "360_day", 54045.0, "2000-02-16T00:00:00"},
      {"days since 1970-02-30", "360_day", std::int64_t{1}, "1970-03-01T00:00:00"},
      {"hours since 1859-12-01", "360_day", std::int64_t{-36}, "1859-11-29T12:00:00"},
      {"seconds since 1970-01-01 00:00:00 +01:30", "standard", std::int64_t{0}, "1969-12-31T22:30:00"},
      {"microseconds since 2020-12-31 23:59:59.5", "standard", std::int64_t{500000}, "2021-01-01T00:00:00"},
      {"days since 1850-01-01", "standard", -1000.125, "1847-04-06T21:00:00"},
  };
  for (const auto& [text, calendar, value, date] : known) {
    const TimeUnits parsed = units(text, calendar);
    const auto instant = to_instant(value, parsed);
    ASSERT_TRUE(instant) << text;
    EXPECT_EQ(format_instant(parsed.calendar, *instant), date) << text << " " << calendar;
    EXPECT_EQ(to_value(*instant, parsed, type_of(value)).value(), value) << text;
  }
}

TEST(TimeUnits, ComparesMeanings) {
  EXPECT_EQ(units("days since 1970-01-01"), units("d Since 1970-1-1 00:00:00.0 UTC"));
  EXPECT_EQ(units("hours since 1970-01-01T01:00:00Z"), units("hrs since 1970-01-01 03:00 +0200"));
  EXPECT_EQ(units("days since 2000-01-01", "noleap"), units("day since 2000-01-01", "365_day"));
  EXPECT_FALSE(units("days since 2000-01-01", "noleap") == units("days since 2000-01-01"));
  EXPECT_FALSE(units("days since 2000-01-01") == units("hours since 2000-01-01"));
  EXPECT_FALSE(units("days since 2000-01-01") == units("days since 2000-01-02"));
  EXPECT_EQ(units("ns since 1970-01-01").step_ns, 1);
  EXPECT_EQ(units("weeks since 1970-01-01").step_ns, 604'800'000'000'000);
}

TEST(TimeUnits, RefusesWhatReadersReadDifferently) {
  for (const char* bad : {"days", "hours", "1", "", "days after 1970-01-01", "days since 1970", "days since 1970-01",
                          "days since 1970-01-01 6", "days since 1970-01-01 -3:00", "days since 1970-01-01 00:00 -1",
                          "days since 1970-01-01 24:00:00", "days since 1970-02-30", "fortnights since 1970-01-01",
                          "days since 19700101", "days since 1970-01-01 x", "dayss since 1970-01-01"}) {
    const auto parsed = parse_time_units(bad, Calendar::standard);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().kind, ErrorKind::invalid) << bad;
  }
  EXPECT_EQ(parse_time_units("months since 1970-01-01", Calendar::standard).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(parse_time_units("years since 1970-01-01", Calendar::standard).error().kind, ErrorKind::unsupported);
  EXPECT_TRUE(is_absolute_time("days since 1970-01-01"));
  EXPECT_FALSE(is_absolute_time("hours"));
}

Number converted(const Number& value, const TimeUnits& from, const TimeUnits& to, NumberType type) {
  const auto result = convert(value, from, to, type);
  EXPECT_TRUE(result) << result.error().text();
  return result.value_or(Number{std::int64_t{-1}});
}

TEST(Convert, IsExact) {
  const TimeUnits days = units("days since 1850-01-01");
  const TimeUnits seconds = units("seconds since 1970-01-01");
  EXPECT_EQ(converted(std::int64_t{43829}, days, seconds, NumberType::int64), Number{std::int64_t{0}});
  EXPECT_EQ(converted(43829.1, days, seconds, NumberType::int64), Number{std::int64_t{8640}});
  EXPECT_EQ(converted(43829.0 + 1.0 / 3.0, days, seconds, NumberType::int64), Number{std::int64_t{28800}});
  EXPECT_EQ(converted(std::int64_t{8640}, seconds, days, NumberType::float64), Number{43829.1});
  EXPECT_EQ(converted(15.5, days, units("hours since 1850-01-01"), NumberType::int64), Number{std::int64_t{372}});
  const TimeUnits nanoseconds = units("nanoseconds since 1970-01-01");
  EXPECT_EQ(converted(1.5, seconds, nanoseconds, NumberType::int64), Number{std::int64_t{1'500'000'000}});
}

TEST(Convert, KeepsValuesOfTheSameUnitsAsTheyAre) {
  const TimeUnits seconds = units("seconds since 1980-01-06T00:00:00Z");
  const double odd = 1.0 / 3.0;
  EXPECT_EQ(converted(odd, seconds, units("s since 1980-01-06"), NumberType::float64), Number{odd});
  EXPECT_FALSE(convert(odd, seconds, seconds, NumberType::int64));
  EXPECT_FALSE(convert(std::nan(""), seconds, seconds, NumberType::float64));
  EXPECT_FALSE(convert(std::int64_t{(1LL << 53) + 1}, seconds, seconds, NumberType::float64));
}

TEST(Convert, RefusesWhatIsNotExact) {
  const TimeUnits days = units("days since 1850-01-01");
  const TimeUnits seconds = units("seconds since 1970-01-01");
  const auto sub_daily = convert(std::int64_t{21600}, seconds, days, NumberType::int64);
  ASSERT_FALSE(sub_daily);
  EXPECT_EQ(sub_daily.error().kind, ErrorKind::invalid);
  EXPECT_NE(sub_daily.error().text().find("21600"), std::string::npos);
  EXPECT_NE(sub_daily.error().text().find("days since 1850-01-01"), std::string::npos);
  EXPECT_NE(sub_daily.error().text().find("seconds since 1970-01-01"), std::string::npos);
  EXPECT_FALSE(convert(1.0 / 3.0, seconds, days, NumberType::float64));
  EXPECT_FALSE(convert(std::numeric_limits<double>::infinity(), seconds, days, NumberType::float64));
  EXPECT_FALSE(convert(std::int64_t{INT64_MAX}, days, seconds, NumberType::int64));
  // One nanosecond is lost in a double of this size.
  EXPECT_FALSE(
      convert(std::int64_t{1'600'000'000'000'000'001}, units("ns since 1970-01-01"), seconds, NumberType::float64));
}

TEST(Convert, NeedsOneCalendar) {
  const TimeUnits standard = units("days since 1850-01-01");
  EXPECT_FALSE(convert(std::int64_t{1}, standard, units("days since 1850-01-01", "noleap"), NumberType::int64));
  EXPECT_EQ(
      converted(std::int64_t{1}, standard, units("days since 1850-01-02", "proleptic_gregorian"), NumberType::int64),
      Number{std::int64_t{0}});
  EXPECT_FALSE(convert(std::int64_t{0}, units("days since 1500-01-01"),
                       units("days since 1850-01-01", "proleptic_gregorian"), NumberType::int64));
}

TEST(Convert, ThereAndBackIsTheSameNumber) {
  std::mt19937_64 random(7);
  const std::vector<TimeUnits> all = {
      units("days since 1850-01-01"),    units("hours since 1900-01-01 06:30"),
      units("seconds since 1970-01-01"), units("ms since 2000-01-01"),
      units("weeks since 0001-01-01"),   units("minutes since 2100-01-01 00:00 +05:30")};
  int exact = 0;
  for (int i = 0; i < 20'000; ++i) {
    const TimeUnits& from = all[random() % all.size()];
    const TimeUnits& to = all[random() % all.size()];
    const auto quarter = static_cast<std::int64_t>(random() % 4'000'000) - 2'000'000;
    const Number value = i % 2 == 0 ? Number{quarter} : Number{static_cast<double>(quarter) / 4};
    for (NumberType type : {NumberType::int64, NumberType::float64}) {
      const auto there = convert(value, from, to, type);
      if (!there) continue;
      ++exact;
      ASSERT_EQ(convert(*there, to, from, type_of(value)).value(), value) << to_string(value) << " " << from.text;
    }
  }
  EXPECT_GT(exact, 20'000);
}

TEST(Number, ChangesItsTypeOnlyExactly) {
  EXPECT_EQ(with_type(3.0, NumberType::int64).value(), Number{std::int64_t{3}});
  EXPECT_FALSE(with_type(3.5, NumberType::int64));
  EXPECT_FALSE(with_type(std::int64_t{INT64_MAX}, NumberType::float64));
  EXPECT_FALSE(with_type(9.3e18, NumberType::int64));
  EXPECT_EQ(to_string(Number{0.1}), "0.1");
  EXPECT_EQ(describe(Number{15.5}, units("days since 1850-01-01", "360_day")),
            "1850-01-16T12:00:00 (15.5 days since 1850-01-01)");
}

}  // namespace
}  // namespace vdp::dataset
