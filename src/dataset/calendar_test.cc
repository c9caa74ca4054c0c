#include "dataset/calendar.h"

#include <gtest/gtest.h>

namespace vdp::dataset {
namespace {

constexpr std::array all_calendars = {Calendar::standard, Calendar::proleptic_gregorian,
                                      Calendar::julian,   Calendar::no_leap,
                                      Calendar::all_leap, Calendar::day_360};

TEST(Calendar, KnowsNamesAndAliases) {
  EXPECT_EQ(parse_calendar("Gregorian").value(), Calendar::standard);
  EXPECT_EQ(parse_calendar("").value(), Calendar::standard);
  EXPECT_EQ(parse_calendar("365_day").value(), Calendar::no_leap);
  EXPECT_EQ(parse_calendar("366_day").value(), Calendar::all_leap);
  EXPECT_EQ(to_string(Calendar::day_360), "360_day");
  const auto unknown = parse_calendar("mayan");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::unsupported);
}

TEST(Calendar, EveryDayFollowsItsPredecessorInEveryCalendar) {
  for (Calendar calendar : all_calendars) {
    SCOPED_TRACE(to_string(calendar));
    const Date first{1575, 1, 1};
    std::int64_t day = day_number(calendar, first).value();
    Date before = first;
    for (int i = 0; i < 160'000; ++i, ++day) {
      const Int128 ns_per_day = Int128{86'400} * 1'000'000'000;
      const DateTime time = to_date_time(calendar, Instant{day * ns_per_day + 1}).value();
      ASSERT_TRUE(exists(calendar, time.date));
      ASSERT_EQ(day_number(calendar, time.date).value(), day);
      ASSERT_EQ(time.nanosecond, 1);
      if (i > 0) {
        ASSERT_LT(before, time.date);
      }
      before = time.date;
    }
  }
}

TEST(Calendar, DayZeroIsTheSameDateInAll) {
  for (Calendar calendar : all_calendars) EXPECT_EQ(day_number(calendar, Date{1970, 1, 1}).value(), 0);
}

TEST(Calendar, MixedCalendarSkipsTenDays) {
  EXPECT_EQ(day_number(Calendar::standard, {1582, 10, 15}).value(),
            day_number(Calendar::standard, {1582, 10, 4}).value() + 1);
  EXPECT_FALSE(day_number(Calendar::standard, {1582, 10, 10}));
  EXPECT_EQ(day_of_year(Calendar::standard, {1582, 10, 15}), 278);
  EXPECT_EQ(day_of_year(Calendar::proleptic_gregorian, {1582, 10, 15}), 288);
}

TEST(Calendar, RefusesDatesThatAreNone) {
  EXPECT_FALSE(exists(Calendar::standard, {2023, 2, 29}));
  EXPECT_TRUE(exists(Calendar::all_leap, {2023, 2, 29}));
  EXPECT_TRUE(exists(Calendar::day_360, {2023, 2, 30}));
  EXPECT_FALSE(exists(Calendar::day_360, {2023, 1, 31}));
  EXPECT_FALSE(exists(Calendar::no_leap, {2024, 2, 29}));
  EXPECT_TRUE(exists(Calendar::julian, {1900, 2, 29}));
  EXPECT_FALSE(exists(Calendar::standard, {0, 1, 1}));
  EXPECT_TRUE(exists(Calendar::no_leap, {0, 1, 1}));
  EXPECT_FALSE(exists(Calendar::standard, {2023, 13, 1}));
  EXPECT_FALSE(to_instant(Calendar::standard, {{2023, 1, 1}, 24, 0, 0, 0}));
  EXPECT_FALSE(to_date_time(Calendar::standard, Instant{Int128{INT64_MAX} * INT64_MAX}));
}

TEST(Calendar, ParsesTimes) {
  const auto text = [](std::string_view time) {
    const auto instant = parse_instant(Calendar::standard, time);
    return instant ? format_instant(Calendar::standard, *instant) : instant.error().text();
  };
  EXPECT_EQ(text("2020-01-31"), "2020-01-31T00:00:00");
  EXPECT_EQ(text("2020-01-31T06:30:00Z"), "2020-01-31T06:30:00");
  EXPECT_EQ(text("2020-01-31 06:30"), "2020-01-31T06:30:00");
  EXPECT_EQ(text("2020-01-31T06:30:00.25+02:00"), "2020-01-31T04:30:00.25");
  EXPECT_EQ(text("2020-01-01T00:30:00-01:30"), "2020-01-01T02:00:00");
  EXPECT_NE(text("2020-02-30").find("no date of the standard calendar"), std::string::npos);
  for (const char* bad :
       {"", "2020", "2020-1-1", "2020-01-01T", "2020-01-01T6:00", "2020-01-01T06:00:00X", "20200101"}) {
    EXPECT_FALSE(parse_time(bad)) << bad;
  }
  EXPECT_TRUE(parse_instant(Calendar::day_360, "2020-02-30"));
}

TEST(Calendar, TimestampsAreOfRealTimeOnly) {
  const Instant instant = parse_instant(Calendar::standard, "2026-11-22T17:30:00.5Z").value();
  EXPECT_EQ(format_timestamp(to_timestamp(Calendar::standard, instant).value()), "2026-11-22T17:30:00.500000Z");
  EXPECT_EQ(from_timestamp(1'500'000).nanoseconds, Int128{1'500'000'000});
  EXPECT_FALSE(to_timestamp(Calendar::day_360, instant));
  EXPECT_FALSE(to_timestamp(Calendar::standard, parse_instant(Calendar::standard, "1500-01-01").value()));
  EXPECT_TRUE(to_timestamp(Calendar::proleptic_gregorian, parse_instant(Calendar::standard, "1700-01-01").value()));
}

TEST(Duration, ParsesAndPrints) {
  EXPECT_EQ(parse_duration("30m").value(), std::chrono::minutes(30));
  EXPECT_EQ(parse_duration("29m59s").value(), std::chrono::seconds(1799));
  EXPECT_EQ(parse_duration("2 s").value(), std::chrono::seconds(2));
  EXPECT_EQ(parse_duration("1w 1d").value(), std::chrono::days(8));
  EXPECT_EQ(parse_duration("500ms").value(), std::chrono::milliseconds(500));
  EXPECT_EQ(format_duration(std::chrono::seconds(1799)), "29m59s");
  EXPECT_EQ(format_duration(-std::chrono::hours(30)), "-1d6h");
  EXPECT_EQ(format_duration(Duration::min()), "-106751d23h47m16s854ms775us808ns");
  for (const char* bad :
       {"", "m", "30", "30x", "2 months", "1y", "1s1m", "1s1s", "-1s", "99999999999999999999s", "300000w"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
}

TEST(Int128Text, ReachesBothEnds) {
  __extension__ using Unsigned = unsigned __int128;
  const auto largest = static_cast<Int128>(~Unsigned{0} >> 1);
  EXPECT_EQ(to_string(largest), "170141183460469231731687303715884105727");
  EXPECT_EQ(to_string(-largest - 1), "-170141183460469231731687303715884105728");
  EXPECT_EQ(to_string(Int128{0}), "0");
}

}  // namespace
}  // namespace vdp::dataset
