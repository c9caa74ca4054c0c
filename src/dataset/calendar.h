// The calendars of the CF conventions (chapter 4.4.1), and dates in them.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "dataset/instant.h"

namespace vdp::dataset {

enum class Calendar {
  standard,             ///< Julian to 1582-10-04, Gregorian from 1582-10-15, nothing between; also "gregorian"
  proleptic_gregorian,  ///< Gregorian rules for all years
  julian,
  no_leap,   ///< 365 days each year; "noleap", "365_day"
  all_leap,  ///< 366 days each year; "all_leap", "366_day"
  day_360,   ///< twelve months of 30 days; "360_day"
};

/// By its CF name or alias, in any case; an empty name is `standard`. Others are `unsupported`.
Result<Calendar> parse_calendar(std::string_view name);
/// The CF name.
std::string_view to_string(Calendar calendar);

struct Date {
  std::int64_t year = 1970;
  int month = 1;
  int day = 1;
  auto operator<=>(const Date&) const = default;
};

/// Calendar-free fields of a date and a time of day.
struct DateTime {
  Date date;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int nanosecond = 0;
  auto operator<=>(const DateTime&) const = default;
};

/// Whether the calendar has the date. Years are within +-1,000,000; those of standard and julian begin with 1, because
/// CF has no year 0 there and its readers do not agree on what comes before.
bool exists(Calendar calendar, const Date& date);
int days_in_month(Calendar calendar, std::int64_t year, int month);
bool is_leap_year(Calendar calendar, std::int64_t year);
/// 1 for the first of January.
int day_of_year(Calendar calendar, const Date& date);

/// Days since 1970-01-01 of the calendar. `invalid` for dates that the calendar does not have.
Result<std::int64_t> day_number(Calendar calendar, const Date& date);
Result<Instant> to_instant(Calendar calendar, const DateTime& time);
/// `invalid` beyond the years that are supported.
Result<DateTime> to_date_time(Calendar calendar, Instant instant);

/// Of the calendars that describe real time (standard and proleptic_gregorian from 1582-10-15 on), whose instants are
/// UTC. `invalid` for others, and where microseconds cannot hold the instant.
Result<TimestampUs> to_timestamp(Calendar calendar, Instant instant);
Instant from_timestamp(TimestampUs timestamp_us);

/// RFC 3339 ("2020-01-01T06:00:00Z", fractions, "+02:00"), without a zone (UTC), or a date alone (midnight). Only the
/// shape is checked; to_instant() says whether the calendar has the date. With a zone the fields may need carrying
/// over: `offset_minutes` is what must be subtracted.
struct ParsedTime {
  DateTime fields;
  int offset_minutes = 0;
};
Result<ParsedTime> parse_time(std::string_view text);
Result<Instant> parse_instant(Calendar calendar, std::string_view text);

/// "2020-02-30T06:00:00", with a fraction where there is one; no zone, for no calendar but the real ones has any.
std::string format_date_time(const DateTime& time);
/// For messages; never fails.
std::string format_instant(Calendar calendar, Instant instant);

}  // namespace vdp::dataset
