// Points on the time line of one calendar, and lengths of time.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace vdp::dataset {

/// 64 bits of nanoseconds end after 292 years; climate models start in year 1.
__extension__ using Int128 = __int128;

/// Nanoseconds since 1970-01-01T00:00:00 of its calendar. Instants of different calendars do not compare.
struct Instant {
  Int128 nanoseconds = 0;
  auto operator<=>(const Instant&) const = default;
};

/// From `begin` to just before `end`.
struct TimeSpan {
  Instant begin;
  Instant end;
  bool operator==(const TimeSpan&) const = default;
};

using Duration = std::chrono::nanoseconds;

/// "30m", "1d", "3h", "29m59s", "500ms", "2 s": whole numbers, each with w, d, h, m, s, ms, us or ns, in falling order
/// of unit. Months and years have no fixed length and are `invalid`.
Result<Duration> parse_duration(std::string_view text);

/// "1d6h", "29m59s"; "0s" for none.
std::string format_duration(Duration duration);

/// Decimal text of a 128-bit integer.
std::string to_string(Int128 value);

}  // namespace vdp::dataset
