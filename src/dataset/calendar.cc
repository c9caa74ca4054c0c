#include "dataset/calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace vdp::dataset {
namespace {

constexpr std::int64_t max_year = 1'000'000;
constexpr Int128 ns_per_second = 1'000'000'000;
constexpr Int128 ns_per_day = 86'400 * ns_per_second;

// Of the mixed calendar: days since 1970-01-01.
constexpr std::int64_t first_gregorian_day = -141'427;  // 1582-10-15

constexpr std::array<std::pair<std::string_view, Calendar>, 9> calendar_names = {{
    {"standard", Calendar::standard},
    {"gregorian", Calendar::standard},
    {"proleptic_gregorian", Calendar::proleptic_gregorian},
    {"julian", Calendar::julian},
    {"noleap", Calendar::no_leap},
    {"365_day", Calendar::no_leap},
    {"all_leap", Calendar::all_leap},
    {"366_day", Calendar::all_leap},
    {"360_day", Calendar::day_360},
}};

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
std::int64_t floor_modulo(std::int64_t a, std::int64_t b) { return a - floor_divide(a, b) * b; }

bool gregorian_leap(std::int64_t year) {
  return floor_modulo(year, 4) == 0 && (floor_modulo(year, 100) != 0 || floor_modulo(year, 400) == 0);
}
bool julian_leap(std::int64_t year) { return floor_modulo(year, 4) == 0; }

// Days from the first of the year, which begins in March so that the leap day is its last.
std::int64_t day_of_march_year(const Date& date) {
  const int month_from_march = (date.month + 9) % 12;
  return (153 * month_from_march + 2) / 5 + date.day - 1;
}
Date date_of_march_year(std::int64_t march_year, std::int64_t day_of_year_from_march) {
  const std::int64_t month_from_march = (5 * day_of_year_from_march + 2) / 153;
  Date date;
  date.month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  date.day = static_cast<int>(day_of_year_from_march - (153 * month_from_march + 2) / 5 + 1);
  date.year = march_year + (date.month <= 2 ? 1 : 0);
  return date;
}

// Days since 1970-01-01 of the Gregorian calendar, for both.
constexpr std::int64_t gregorian_epoch = 719'468;  // 1970-01-01 from 0000-03-01, Gregorian
constexpr std::int64_t julian_epoch = 719'470;     // the same day from 0000-03-01, Julian
constexpr std::int64_t julian_epoch_shift = 13;    // 1970-01-01 Julian is 13 days after 1970-01-01 Gregorian

std::int64_t gregorian_day(const Date& date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  return 365 * year + floor_divide(year, 4) - floor_divide(year, 100) + floor_divide(year, 400) +
         day_of_march_year(date) - gregorian_epoch;
}

std::int64_t julian_day(const Date& date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  return 365 * year + floor_divide(year, 4) + day_of_march_year(date) - julian_epoch;
}

Date gregorian_date(std::int64_t day) {
  constexpr std::int64_t days_per_era = 146'097;  // 400 years
  const std::int64_t shifted = day + gregorian_epoch;
  const std::int64_t era = floor_divide(shifted, days_per_era);
  const std::int64_t day_of_era = shifted - era * days_per_era;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t first_day = 365 * year_of_era + year_of_era / 4 - year_of_era / 100;
  return date_of_march_year(era * 400 + year_of_era, day_of_era - first_day);
}

Date julian_date(std::int64_t day) {
  constexpr std::int64_t days_per_era = 1'461;  // 4 years
  const std::int64_t shifted = day + julian_epoch;
  const std::int64_t era = floor_divide(shifted, days_per_era);
  const std::int64_t day_of_era = shifted - era * days_per_era;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1'460) / 365;
  return date_of_march_year(era * 4 + year_of_era, day_of_era - 365 * year_of_era);
}

std::int64_t days_in_year(Calendar calendar) {
  if (calendar == Calendar::day_360) return 360;
  return calendar == Calendar::all_leap ? 366 : 365;
}

// Of the calendars whose years are all alike.
Date uniform_date(Calendar calendar, std::int64_t day) {
  Date date;
  date.year = 1970 + floor_divide(day, days_in_year(calendar));
  std::int64_t rest = floor_modulo(day, days_in_year(calendar));
  date.month = 1;
  while (rest >= days_in_month(calendar, date.year, date.month)) {
    rest -= days_in_month(calendar, date.year, date.month);
    ++date.month;
  }
  date.day = static_cast<int>(rest) + 1;
  return date;
}

Date date_of_day(Calendar calendar, std::int64_t day) {
  switch (calendar) {
    case Calendar::standard:
      return day < first_gregorian_day ? julian_date(day) : gregorian_date(day);
    case Calendar::proleptic_gregorian:
      return gregorian_date(day);
    case Calendar::julian:
      return julian_date(day + julian_epoch_shift);
    default:
      return uniform_date(calendar, day);
  }
}

bool before_reform(const Date& date) { return date < Date{1582, 10, 15}; }

}  // namespace

Result<Calendar> parse_calendar(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower.empty()) return Calendar::standard;
  for (const auto& [known, calendar] : calendar_names) {
    if (lower == known) return calendar;
  }
  return unsupported(
      fmt::format("calendar '{}': expected standard, proleptic_gregorian, julian, noleap, all_leap or "
                  "360_day",
                  name));
}

std::string_view to_string(Calendar calendar) {
  const auto found = std::ranges::find(calendar_names, calendar, &std::pair<std::string_view, Calendar>::second);
  return found->first;
}

bool is_leap_year(Calendar calendar, std::int64_t year) {
  switch (calendar) {
    case Calendar::standard:
      return year <= 1582 ? julian_leap(year) : gregorian_leap(year);
    case Calendar::proleptic_gregorian:
      return gregorian_leap(year);
    case Calendar::julian:
      return julian_leap(year);
    case Calendar::all_leap:
      return true;
    default:
      return false;
  }
}

int days_in_month(Calendar calendar, std::int64_t year, int month) {
  if (calendar == Calendar::day_360) return 30;
  constexpr std::array<int, 12> lengths = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month == 2 && is_leap_year(calendar, year)) return 29;
  return lengths[static_cast<std::size_t>(month - 1)];
}

bool exists(Calendar calendar, const Date& date) {
  if (date.year > max_year || date.year < -max_year || date.month < 1 || date.month > 12 || date.day < 1) return false;
  const bool counts_from_one = calendar == Calendar::standard || calendar == Calendar::julian;
  if (counts_from_one && date.year < 1) return false;
  if (date.day > days_in_month(calendar, date.year, date.month)) return false;
  const bool in_gap = calendar == Calendar::standard && date > Date{1582, 10, 4} && before_reform(date);
  return !in_gap;
}

Result<std::int64_t> day_number(Calendar calendar, const Date& date) {
  if (!exists(calendar, date)) {
    return invalid(fmt::format("{:04}-{:02}-{:02} is no date of the {} calendar", date.year, date.month, date.day,
                               to_string(calendar)));
  }
  switch (calendar) {
    case Calendar::standard:
      return before_reform(date) ? julian_day(date) : gregorian_day(date);
    case Calendar::proleptic_gregorian:
      return gregorian_day(date);
    case Calendar::julian:
      return julian_day(date) - julian_epoch_shift;
    default:
      break;
  }
  std::int64_t day = (date.year - 1970) * days_in_year(calendar) + date.day - 1;
  for (int month = 1; month < date.month; ++month) day += days_in_month(calendar, date.year, month);
  return day;
}

int day_of_year(Calendar calendar, const Date& date) {
  int day = date.day;
  for (int month = 1; month < date.month; ++month) day += days_in_month(calendar, date.year, month);
  // October 1582 of the mixed calendar has ten days fewer.
  if (calendar == Calendar::standard && date.year == 1582 && !before_reform(date)) day -= 10;
  return day;
}

Result<Instant> to_instant(Calendar calendar, const DateTime& time) {
  VDP_ASSIGN(const std::int64_t day, day_number(calendar, time.date));
  if (time.hour < 0 || time.hour > 23 || time.minute < 0 || time.minute > 59 || time.second < 0 || time.second > 59 ||
      time.nanosecond < 0 || time.nanosecond >= ns_per_second) {
    return invalid(fmt::format("{:02}:{:02}:{:02} is no time of day", time.hour, time.minute, time.second));
  }
  const Int128 seconds = Int128{day} * 86'400 + time.hour * 3'600 + time.minute * 60 + time.second;
  return Instant{seconds * ns_per_second + time.nanosecond};
}

Result<DateTime> to_date_time(Calendar calendar, Instant instant) {
  Int128 day = instant.nanoseconds / ns_per_day;
  Int128 rest = instant.nanoseconds % ns_per_day;
  if (rest < 0) {
    rest += ns_per_day;
    --day;
  }
  constexpr Int128 max_day = Int128{max_year} * 367;
  if (day > max_day || day < -max_day) {
    return invalid(fmt::format("{} ns since 1970-01-01 is beyond year {}", to_string(instant.nanoseconds), max_year));
  }
  DateTime time;
  time.date = date_of_day(calendar, static_cast<std::int64_t>(day));
  if (!exists(calendar, time.date)) {
    return invalid(fmt::format("{} ns since 1970-01-01 is before the {} calendar begins",
                               to_string(instant.nanoseconds), to_string(calendar)));
  }
  time.nanosecond = static_cast<int>(rest % ns_per_second);
  const int second_of_day = static_cast<int>(rest / ns_per_second);
  time.hour = second_of_day / 3'600;
  time.minute = second_of_day / 60 % 60;
  time.second = second_of_day % 60;
  return time;
}

Result<TimestampUs> to_timestamp(Calendar calendar, Instant instant) {
  const bool real = calendar == Calendar::proleptic_gregorian ||
                    (calendar == Calendar::standard && instant.nanoseconds >= first_gregorian_day * ns_per_day);
  if (!real) {
    return invalid(fmt::format("{} of the {} calendar is no moment of real time", format_instant(calendar, instant),
                               to_string(calendar)));
  }
  constexpr Int128 ns_per_us = 1'000;
  const Int128 microseconds = instant.nanoseconds / ns_per_us;
  if (microseconds > INT64_MAX || microseconds < INT64_MIN || instant.nanoseconds % ns_per_us != 0) {
    return invalid(fmt::format("{} is no whole number of microseconds", format_instant(calendar, instant)));
  }
  return static_cast<TimestampUs>(microseconds);
}

Instant from_timestamp(TimestampUs timestamp_us) { return Instant{Int128{timestamp_us} * 1'000}; }

}  // namespace vdp::dataset
