// Dates as text: RFC 3339 in, ISO 8601 out.
#include <fmt/format.h>

#include <optional>

#include "dataset/calendar.h"
#include "dataset/text_scanner.h"

namespace vdp::dataset {
namespace {

bool take_time_of_day(TextScanner& scanner, DateTime& time) {
  if (!scanner.take_number(2, 2, time.hour) || !scanner.take(':') || !scanner.take_number(2, 2, time.minute))
    return false;
  if (!scanner.take(':')) return true;
  if (!scanner.take_number(2, 2, time.second)) return false;
  return !scanner.take('.') || scanner.take_fraction(time.nanosecond);
}

bool take_zone(TextScanner& scanner, int& offset_minutes) {
  if (scanner.done() || scanner.take_any("Zz")) return true;
  const bool west = scanner.take('-');
  if (!west && !scanner.take('+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!scanner.take_number(2, 2, hours) || !scanner.take(':') || !scanner.take_number(2, 2, minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  offset_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
  return true;
}

std::optional<ParsedTime> scan_time(std::string_view text) {
  TextScanner scanner(text);
  ParsedTime parsed;
  DateTime& time = parsed.fields;
  int year = 0;
  if (!scanner.take_number(4, 4, year) || !scanner.take('-') || !scanner.take_number(2, 2, time.date.month) ||
      !scanner.take('-') || !scanner.take_number(2, 2, time.date.day)) {
    return std::nullopt;
  }
  time.date.year = year;
  if (scanner.done()) return parsed;
  if (!scanner.take_any("Tt ") || !take_time_of_day(scanner, time)) return std::nullopt;
  if (!take_zone(scanner, parsed.offset_minutes) || !scanner.done()) return std::nullopt;
  return parsed;
}

}  // namespace

Result<ParsedTime> parse_time(std::string_view text) {
  const auto parsed = scan_time(text);
  if (!parsed) {
    return invalid(
        fmt::format("'{}' is no time: expected a date like '2020-01-31' or a time like "
                    "'2020-01-31T06:00:00Z'",
                    text));
  }
  return *parsed;
}

Result<Instant> parse_instant(Calendar calendar, std::string_view text) {
  VDP_ASSIGN(const ParsedTime parsed, parse_time(text));
  VDP_ASSIGN(Instant instant, to_instant(calendar, parsed.fields));
  constexpr Int128 ns_per_minute = 60'000'000'000;
  instant.nanoseconds -= parsed.offset_minutes * ns_per_minute;
  return instant;
}

std::string format_date_time(const DateTime& time) {
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", time.date.year, time.date.month, time.date.day,
                                 time.hour, time.minute, time.second);
  if (time.nanosecond != 0) {
    text += fmt::format(".{:09}", time.nanosecond);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text;
}

std::string format_instant(Calendar calendar, Instant instant) {
  const auto time = to_date_time(calendar, instant);
  if (!time) return fmt::format("{} ns since 1970-01-01", to_string(instant.nanoseconds));
  return format_date_time(*time);
}

}  // namespace vdp::dataset
