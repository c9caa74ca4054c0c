#include "dataset/pattern_time.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp::dataset {
namespace {

using Kind = TimePart::Kind;

constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::size_t index(Kind kind) { return static_cast<std::size_t>(kind); }

// Two-digit years as POSIX strptime reads them: 1969 to 2068.
int full_year(int short_year) { return short_year + (short_year >= 69 ? 1900 : 2000); }

int power_of_ten(int exponent) {
  int power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

int read_number(const TimePart& part, std::string_view text) {
  if (part.kind == Kind::month_name) {
    return static_cast<int>(std::ranges::find(month_names, text) - month_names.begin()) + 1;
  }
  int value = 0;
  for (char c : text) value = value * 10 + (c - '0');
  if (part.kind == Kind::short_year) return full_year(value);
  if (part.kind == Kind::fraction) return value * power_of_ten(9 - part.digits);
  return value;
}

// Directives that say the same thing in other words share a place.
Kind canonical(Kind kind) {
  if (kind == Kind::short_year) return Kind::year;
  if (kind == Kind::month_name) return Kind::month;
  return kind;
}

Result<Date> date_of_day_of_year(Calendar calendar, std::int64_t year, int day) {
  VDP_ASSIGN(const std::int64_t first, day_number(calendar, Date{year, 1, 1}));
  constexpr Int128 ns_per_day = Int128{86'400} * 1'000'000'000;
  VDP_ASSIGN(const DateTime time, to_date_time(calendar, Instant{(Int128{first} + day - 1) * ns_per_day}));
  if (time.date.year != year) {
    return invalid(fmt::format("year {} of the {} calendar has no day {}", year, to_string(calendar), day));
  }
  return time.date;
}

}  // namespace

std::string expression_of(const TimePart& part) {
  if (part.kind == Kind::month_name) return fmt::format("{}", fmt::join(month_names, "|"));
  return fmt::format("[0-9]{{{}}}", part.digits);
}

bool TimeParts::set(const TimePart& part, std::string_view text) {
  auto& place = values_[index(canonical(part.kind))];
  const int number = read_number(part, text);
  if (place) return *place == number;
  place = number;
  return true;
}

int TimeParts::value(const TimePart& part) const { return values_[index(canonical(part.kind))].value_or(-1); }

Result<DateTime> TimeParts::resolve(Calendar calendar) const {
  const auto get = [&](Kind kind, int otherwise) { return values_[index(kind)].value_or(otherwise); };
  DateTime time;
  time.date = Date{get(Kind::year, 0), get(Kind::month, 1), get(Kind::day, 1)};
  if (const auto day = values_[index(Kind::day_of_year)]) {
    VDP_ASSIGN(const Date date, date_of_day_of_year(calendar, time.date.year, *day));
    const bool month_differs = values_[index(Kind::month)] && time.date.month != date.month;
    const bool day_differs = values_[index(Kind::day)] && time.date.day != date.day;
    if (month_differs || day_differs) {
      return invalid(fmt::format("day {} of the year is {:02}-{:02}, not {:02}-{:02}", *day, date.month, date.day,
                                 time.date.month, time.date.day));
    }
    time.date = date;
  }
  time.hour = get(Kind::hour, 0);
  time.minute = get(Kind::minute, 0);
  time.second = get(Kind::second, 0);
  time.nanosecond = get(Kind::fraction, 0);
  VDP_TRY(to_instant(calendar, time));
  return time;
}

Status TimeParts::check(const std::vector<TimePart>& parts) {
  const auto has = [&](Kind kind) {
    return std::ranges::any_of(parts, [&](const TimePart& part) { return canonical(part.kind) == kind; });
  };
  if (!has(Kind::year)) return invalid("the time has no year (%Y or %y)");
  if (has(Kind::day) && !has(Kind::month)) return invalid("the time has a day (%d) but no month (%m or %b)");
  const bool has_day = has(Kind::day) || has(Kind::day_of_year);
  if (has(Kind::hour) && !has_day) return invalid("the time has an hour (%H) but no day (%d or %j)");
  if (has(Kind::minute) && !has(Kind::hour)) return invalid("the time has a minute (%M) but no hour (%H)");
  if (has(Kind::second) && !has(Kind::minute)) return invalid("the time has a second (%S) but no minute (%M)");
  if (has(Kind::fraction) && !has(Kind::second)) return invalid("the time has a fraction but no second (%S)");
  return {};
}

Result<std::string> format_part(const TimePart& part, const DateTime& time, Calendar calendar) {
  const auto padded = [&](std::int64_t value) { return fmt::format("{:0{}}", value, part.digits); };
  switch (part.kind) {
    case Kind::literal:
      return part.literal;
    case Kind::year:
      if (time.date.year < 0 || time.date.year > 9999) break;
      return padded(time.date.year);
    case Kind::short_year:
      if (time.date.year < 1969 || time.date.year > 2068) break;
      return padded(time.date.year % 100);
    case Kind::month:
      return padded(time.date.month);
    case Kind::month_name:
      return std::string(month_names[static_cast<std::size_t>(time.date.month - 1)]);
    case Kind::day:
      return padded(time.date.day);
    case Kind::day_of_year:
      return padded(day_of_year(calendar, time.date));
    case Kind::hour:
      return padded(time.hour);
    case Kind::minute:
      return padded(time.minute);
    case Kind::second:
      return padded(time.second);
    case Kind::fraction:
      return padded(time.nanosecond / power_of_ten(9 - part.digits));
  }
  return invalid(fmt::format("year {} cannot be written with {} digits", time.date.year, part.digits));
}

Result<TimeSpan> span_of(const std::vector<TimePart>& parts, const DateTime& time, Calendar calendar) {
  const auto has = [&](Kind kind) {
    return std::ranges::any_of(parts, [&](const TimePart& part) { return canonical(part.kind) == kind; });
  };
  TimeSpan span;
  VDP_ASSIGN(span.begin, to_instant(calendar, time));
  const auto lasting = [&](Int128 nanoseconds) {
    span.end = Instant{span.begin.nanoseconds + nanoseconds};
    return span;
  };
  constexpr Int128 ns_per_second = 1'000'000'000;
  for (const auto& part : parts) {
    if (part.kind == Kind::fraction) return lasting(power_of_ten(9 - part.digits));
  }
  if (has(Kind::second)) return lasting(ns_per_second);
  if (has(Kind::minute)) return lasting(60 * ns_per_second);
  if (has(Kind::hour)) return lasting(3'600 * ns_per_second);
  if (has(Kind::day) || has(Kind::day_of_year)) return lasting(86'400 * ns_per_second);
  DateTime next = time;
  const bool last_month = !has(Kind::month) || time.date.month == 12;
  next.date.month = last_month ? 1 : time.date.month + 1;
  next.date.year += last_month ? 1 : 0;
  VDP_ASSIGN(span.end, to_instant(calendar, next));
  return span;
}

Result<DateTime> moved(const DateTime& time, Duration offset, Calendar calendar) {
  VDP_ASSIGN(Instant instant, to_instant(calendar, time));
  instant.nanoseconds += offset.count();
  return to_date_time(calendar, instant);
}

}  // namespace vdp::dataset
