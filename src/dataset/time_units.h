// "days since 1850-01-01" as a meaning and not as text, and exact conversion of values between such units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "dataset/calendar.h"
#include "dataset/instant.h"

namespace vdp::dataset {

/// How a coordinate's numbers are stored.
enum class NumberType { int64, float64 };
std::string_view to_string(NumberType type);

/// One number of a coordinate, of either type.
using Number = std::variant<std::int64_t, double>;
/// The shortest text that reads back as the same number.
std::string to_string(const Number& number);
NumberType type_of(const Number& number);
/// The same number in the other type; `invalid` where that would change it.
Result<Number> with_type(const Number& number, NumberType type);

/// A CF time unit: a step, a reference and a calendar.
struct TimeUnits {
  std::int64_t step_ns = 1'000'000'000;
  Instant reference;
  Calendar calendar = Calendar::standard;
  std::string text;  ///< as it was written, for messages and attributes

  /// Equal meaning; the text does not count.
  bool operator==(const TimeUnits& other) const {
    return step_ns == other.step_ns && reference == other.reference && calendar == other.calendar;
  }
  /// "days since 1850-01-01 (noleap)".
  std::string describe() const;
};

/// "UNIT since DATE [TIME] [ZONE]" with the unit names and abbreviations of weeks (none) down to nanoseconds. Months
/// and years are `unsupported`, for they have no fixed length; anything else (also "hours" alone) is `invalid`.
Result<TimeUnits> parse_time_units(std::string_view units, std::string_view calendar);
Result<TimeUnits> parse_time_units(std::string_view units, Calendar calendar);
/// Whether the text has the form "... since ...", so that it speaks of points in time at all.
bool is_absolute_time(std::string_view units);

/// The instant that a value names. A double names the coarsest instant (of whole seconds, milliseconds, microseconds,
/// nanoseconds) that is written as just this double; `invalid` where there is none, for NaN and infinities.
Result<Instant> to_instant(const Number& value, const TimeUnits& units);
/// The value of an instant. int64: exact or `invalid`. float64: the nearest double, which must name the same instant.
Result<Number> to_value(Instant instant, const TimeUnits& units, NumberType type);

/// The same instant in other units: exact, checked by going back, or `invalid` naming the value and both units.
/// Calendars must be equal; standard and proleptic_gregorian also convert for instants from 1582-10-15 on, where they
/// agree.
Result<Number> convert(const Number& value, const TimeUnits& from, const TimeUnits& to, NumberType type);

/// "2020-01-01T06:00:00 (18262.25 days since 1970-01-01)"; never fails.
std::string describe(const Number& value, const TimeUnits& units);

}  // namespace vdp::dataset
