// Exact conversion: 128-bit integer nanoseconds, and doubles by their exact value. Nothing is rounded that does not
// read back as it was.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "dataset/time_units.h"

namespace vdp::dataset {
namespace {

__extension__ using UInt128 = unsigned __int128;

UInt128 magnitude(Int128 value) {
  return value < 0 ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

int bit_width(UInt128 value) {
  const auto high = static_cast<std::uint64_t>(value >> 64);
  if (high != 0) return 64 + static_cast<int>(std::bit_width(high));
  return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value)));
}

// The double nearest to numerator / denominator (ties to even), for |numerator| < 2^127 and 0 < denominator < 2^50.
double divide_nearest(Int128 numerator, std::int64_t denominator) {
  if (numerator == 0) return 0;
  UInt128 dividend = magnitude(numerator);
  const auto divisor = static_cast<UInt128>(denominator);
  // Enough quotient bits that the last one, which also says "something was cut", lies beyond what a double rounds on.
  constexpr int wanted_bits = 107;
  const int shift = std::max(0, wanted_bits - bit_width(dividend));
  dividend <<= shift;
  UInt128 quotient = dividend / divisor;
  if (dividend % divisor != 0) quotient |= 1;
  const double result = std::ldexp(static_cast<double>(quotient), -shift);
  return numerator < 0 ? -result : result;
}

// value * step to the nearest multiple of `granule`, for |value| < 2^63.
Int128 multiply_rounded(double value, std::int64_t step, std::int64_t granule) {
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(value), &exponent);             // value = fraction * 2^exponent
  const auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, 53));  // exact
  const int scale = 53 - exponent;                                             // value = mantissa / 2^scale
  UInt128 product = UInt128{mantissa} * static_cast<UInt128>(step);            // < 2^103
  UInt128 whole = 0;
  if (scale <= 0) {
    whole = product << -scale;  // exponent <= 63, so the shift is at most 10
  } else if (scale < 127) {
    whole = product >> scale;
    product -= whole << scale;
  }
  // Nearest multiple of the granule; the cut-off bits of the product only matter at the very middle.
  const auto unit = static_cast<UInt128>(granule);
  UInt128 multiple = whole / unit;
  const UInt128 rest = whole % unit;
  const bool middle_or_more =
      granule == 1 ? (scale > 0 && scale < 127 && (product >> (scale - 1)) != 0) : rest * 2 >= unit;
  if (middle_or_more) ++multiple;
  const auto rounded = static_cast<Int128>(multiple * unit);
  return value < 0 ? -rounded : rounded;
}

constexpr double two_to_63 = 9'223'372'036'854'775'808.0;

Result<Instant> double_to_instant(double value, const TimeUnits& units) {
  if (!(std::fabs(value) < two_to_63)) {
    return invalid(fmt::format("{} {} is no point in time", value, units.describe()));
  }
  constexpr std::array<std::int64_t, 4> granules = {1'000'000'000, 1'000'000, 1'000, 1};
  for (std::int64_t granule : granules) {
    const Int128 offset = multiply_rounded(value, units.step_ns, granule);
    if (divide_nearest(offset, units.step_ns) == value) return Instant{units.reference.nanoseconds + offset};
  }
  return invalid(fmt::format("{} {} is no whole number of nanoseconds", value, units.describe()));
}

// 1582-10-15, from which on the two calendars are one.
constexpr Instant reform{Int128{-141'427} * 86'400 * 1'000'000'000};

bool same_time_line(Instant instant, Calendar a, Calendar b) {
  if (a == b) return true;
  const auto real = [](Calendar c) { return c == Calendar::standard || c == Calendar::proleptic_gregorian; };
  return real(a) && real(b) && instant >= reform;
}

}  // namespace

Result<Instant> to_instant(const Number& value, const TimeUnits& units) {
  if (const double* number = std::get_if<double>(&value)) return double_to_instant(*number, units);
  // |value| < 2^63 and the step < 2^50, so the product fits.
  return Instant{units.reference.nanoseconds + Int128{std::get<std::int64_t>(value)} * units.step_ns};
}

Result<Number> to_value(Instant instant, const TimeUnits& units, NumberType type) {
  const Int128 offset = instant.nanoseconds - units.reference.nanoseconds;
  const auto refuse = [&] {
    return invalid(fmt::format("{} cannot be written exactly as {} in {}", format_instant(units.calendar, instant),
                               to_string(type), units.describe()));
  };
  if (type == NumberType::int64) {
    const Int128 value = offset / units.step_ns;
    if (offset % units.step_ns != 0 || value > INT64_MAX || value < INT64_MIN) return refuse();
    return static_cast<std::int64_t>(value);
  }
  const double value = divide_nearest(offset, units.step_ns);
  const auto back = double_to_instant(value, units);
  if (!back || *back != instant) return refuse();
  return value;
}

Result<Number> convert(const Number& value, const TimeUnits& from, const TimeUnits& to, NumberType type) {
  const auto refuse = [&](const Error& error) {
    return invalid(fmt::format("{} {} does not convert to {}: {}", to_string(value), from.describe(), to.describe(),
                               error.text()));
  };
  if (const double* number = std::get_if<double>(&value); number && !std::isfinite(*number)) {
    return refuse(Error{ErrorKind::invalid, "it is not finite", {}});
  }
  if (from == to) {
    auto same = with_type(value, type);
    if (!same) return refuse(same.error());
    return same;
  }
  const auto instant = to_instant(value, from);
  if (!instant) return refuse(instant.error());
  if (!same_time_line(*instant, from.calendar, to.calendar)) {
    return refuse(Error{ErrorKind::invalid, "the calendars differ", {}});
  }
  auto converted = to_value(*instant, to, type);
  if (!converted) return refuse(converted.error());
  return converted;
}

std::string describe(const Number& value, const TimeUnits& units) {
  const auto instant = to_instant(value, units);
  if (!instant) return fmt::format("{} {}", to_string(value), units.describe());
  return fmt::format("{} ({} {})", format_instant(units.calendar, *instant), to_string(value), units.text);
}

}  // namespace vdp::dataset
