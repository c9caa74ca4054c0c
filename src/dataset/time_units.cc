#include "dataset/time_units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "dataset/text_scanner.h"

namespace vdp::dataset {
namespace {

struct UnitName {
  std::string_view name;
  std::int64_t step_ns;
};

constexpr std::int64_t microsecond_ns = 1'000;
constexpr std::int64_t millisecond_ns = 1'000'000;
constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t minute_ns = 60 * second_ns;
constexpr std::int64_t hour_ns = 60 * minute_ns;
constexpr std::int64_t day_ns = 24 * hour_ns;

constexpr std::array unit_names = {
    UnitName{"nanosecond", 1},
    UnitName{"nanosec", 1},
    UnitName{"nsec", 1},
    UnitName{"ns", 1},
    UnitName{"microsecond", microsecond_ns},
    UnitName{"microsec", microsecond_ns},
    UnitName{"usec", microsecond_ns},
    UnitName{"us", microsecond_ns},
    UnitName{"millisecond", millisecond_ns},
    UnitName{"millisec", millisecond_ns},
    UnitName{"msec", millisecond_ns},
    UnitName{"ms", millisecond_ns},
    UnitName{"second", second_ns},
    UnitName{"sec", second_ns},
    UnitName{"s", second_ns},
    UnitName{"minute", minute_ns},
    UnitName{"min", minute_ns},
    UnitName{"hour", hour_ns},
    UnitName{"hr", hour_ns},
    UnitName{"h", hour_ns},
    UnitName{"day", day_ns},
    UnitName{"d", day_ns},
    UnitName{"week", 7 * day_ns},
};

constexpr std::array names_without_length = {"month", "mon", "year", "yr", "common_year"};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

// A unit by its name, or by its name with the plural's s.
bool names(std::string_view known, std::string_view text) {
  return text == known || (text.size() == known.size() + 1 && text.starts_with(known) && text.back() == 's');
}

Result<std::int64_t> parse_step(std::string_view name) {
  for (const auto& unit : unit_names) {
    // "mss" and the like are nobody's plural.
    const bool abbreviation = unit.name.size() <= 2;
    if (abbreviation ? unit.name == name : names(unit.name, name)) return unit.step_ns;
  }
  if (name == "hrs") return hour_ns;
  for (std::string_view unit : names_without_length) {
    if (names(unit, name)) return unsupported(fmt::format("time unit '{}': it has no fixed length", name));
  }
  return invalid(
      fmt::format("'{}' is no unit of time: expected weeks, days, hours, minutes, seconds, milliseconds, "
                  "microseconds or nanoseconds",
                  name));
}

bool take_date(TextScanner& scanner, Date& date) {
  const bool negative = scanner.take('-');
  if (!negative) scanner.take('+');
  int year = 0;
  if (!scanner.take_number(1, 7, year) || !scanner.take('-') || !scanner.take_number(1, 2, date.month) ||
      !scanner.take('-') || !scanner.take_number(1, 2, date.day)) {
    return false;
  }
  date.year = negative ? -year : year;
  return true;
}

// Hours and minutes at least: readers disagree about an hour alone.
bool take_time_of_day(TextScanner& scanner, DateTime& time) {
  if (!scanner.take_number(1, 2, time.hour) || !scanner.take(':') || !scanner.take_number(1, 2, time.minute))
    return false;
  if (!scanner.take(':')) return true;
  if (!scanner.take_number(1, 2, time.second)) return false;
  return !scanner.take('.') || scanner.take_fraction(time.nanosecond);
}

bool take_zone(TextScanner& scanner, int& offset_minutes) {
  if (scanner.take("utc") || scanner.take("gmt") || scanner.take('z')) return true;
  const bool west = scanner.take('-');
  const bool is_signed = west || scanner.take('+');
  int hours = 0;
  int minutes = 0;
  // "0:00" and "00:00" behind the time are UTC, as GRIB tools write it; readers take any other hour of one digit, and
  // any without a sign, for UTC as well, without a word.
  if (TextScanner zero = scanner; (zero.take("0:00") || zero.take("00:00")) && zero.done()) {
    scanner = zero;
    return true;
  }
  if (!is_signed) return false;
  if (scanner.take_number(4, 4, hours)) {
    minutes = hours % 100;
    hours /= 100;
  } else if (!scanner.take_number(2, 2, hours) || (scanner.take(':') && !scanner.take_number(2, 2, minutes))) {
    return false;
  }
  if (hours > 23 || minutes > 59) return false;
  offset_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
  return true;
}

// The lower-case text behind "since".
std::optional<ParsedTime> scan_reference(std::string_view text) {
  TextScanner scanner(text);
  ParsedTime parsed;
  if (!take_date(scanner, parsed.fields.date)) return std::nullopt;
  const bool separated = scanner.take('t') || scanner.take_spaces();
  if (!scanner.done() && separated && TextScanner::is_digit(scanner.rest().front())) {
    if (!take_time_of_day(scanner, parsed.fields)) return std::nullopt;
    scanner.take_spaces();
    if (!scanner.done() && !take_zone(scanner, parsed.offset_minutes)) return std::nullopt;
  } else if (!scanner.done() && !scanner.take("utc") && !scanner.take("gmt") && !scanner.take('z')) {
    return std::nullopt;
  }
  scanner.take_spaces();
  if (!scanner.done()) return std::nullopt;
  return parsed;
}

struct UnitsText {
  std::string unit;
  std::string reference;
};

std::optional<UnitsText> split_units(std::string_view units) {
  const std::string text = lower(units);
  TextScanner scanner(text);
  scanner.take_spaces();
  const std::string_view unit = scanner.take_identifier();
  if (unit.empty() || !scanner.take_spaces() || !scanner.take("since") || !scanner.take_spaces()) return std::nullopt;
  return UnitsText{std::string(unit), std::string(scanner.rest())};
}

}  // namespace

std::string TimeUnits::describe() const { return fmt::format("{} ({})", text, to_string(calendar)); }

bool is_absolute_time(std::string_view units) { return split_units(units).has_value(); }

Result<TimeUnits> parse_time_units(std::string_view units, std::string_view calendar_name) {
  VDP_ASSIGN(const Calendar calendar, parse_calendar(calendar_name));
  return parse_time_units(units, calendar);
}

Result<TimeUnits> parse_time_units(std::string_view units, Calendar calendar) {
  const auto parts = split_units(units);
  if (!parts) return invalid(fmt::format("units '{}': expected a form like 'days since 1970-01-01'", units));
  const std::string place = fmt::format("units '{}'", units);
  TimeUnits result;
  result.calendar = calendar;
  result.text = units;
  VDP_ASSIGN_IN(place, result.step_ns, parse_step(parts->unit));
  const auto reference = scan_reference(parts->reference);
  if (!reference) {
    return invalid(
        fmt::format("{}: '{}' is no point in time that all readers agree on; expected YYYY-MM-DD, then "
                    "perhaps hh:mm:ss and a zone like +01:00",
                    place, parts->reference));
  }
  VDP_ASSIGN_IN(place, result.reference, to_instant(calendar, reference->fields));
  result.reference.nanoseconds -= Int128{reference->offset_minutes} * minute_ns;
  return result;
}

}  // namespace vdp::dataset
