// Times within patterns: directives as expressions, as numbers, and as text.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "dataset/calendar.h"
#include "dataset/pattern_pieces.h"

namespace vdp::dataset {

/// The RE2 expression that a directive (no literal) matches, without a group.
std::string expression_of(const TimePart& part);

/// What the directives of one time have said so far.
class TimeParts {
 public:
  /// Takes the matched text of a directive; false where the directive said something else before.
  bool set(const TimePart& part, std::string_view text);
  /// The value that the directive has, for messages; -1 if none.
  int value(const TimePart& part) const;

  /// The time, or why it is none in the calendar. What is finer than the directives is zero, or the first.
  Result<DateTime> resolve(Calendar calendar) const;

  /// Whether a time can be made from directives of these kinds: a year; months before days; no gap in the time of day.
  static Status check(const std::vector<TimePart>& parts);

 private:
  std::array<std::optional<int>, 11> values_;  // by kind; fractions in nanoseconds
};

/// The directive's text for a time; `invalid` where it cannot be written so.
Result<std::string> format_part(const TimePart& part, const DateTime& time, Calendar calendar);

/// From a time to just before the next one that the directives tell from it.
Result<TimeSpan> span_of(const std::vector<TimePart>& parts, const DateTime& time, Calendar calendar);

/// The time moved by a duration.
Result<DateTime> moved(const DateTime& time, Duration offset, Calendar calendar);

}  // namespace vdp::dataset
