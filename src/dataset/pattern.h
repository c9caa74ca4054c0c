// The filename pattern: parses the keys of granules, and generates them.
//
//   {time:%Y/%j}           date and time directives: %Y %y %m %b %d %j %H %M %S, %f (6 digits), %1 to %9 (that many
//   digits of
//                          the fraction), %%
//   {time+29m59s:%H%M%S}   the same time, moved
//   {tile:re:h\d{2}}       text that matches an RE2 expression
//   {state:_prelim|}       one of the alternatives, which may be empty
//   {member:03d}           a whole number, padded to a width; {member:d} without
//   {minute_of_day:04d}    computed from the pattern's one time: also hour_of_day, second_of_day, day_of_year
//   * and **               anything within, or across, folders; such a pattern cannot generate
//
// A field that appears several times must have one value.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "dataset/calendar.h"

namespace vdp::dataset {

/// What the fields of a pattern say: the name of a granule, taken apart.
struct PatternFields {
  std::map<std::string, DateTime> times;
  std::map<std::string, std::int64_t> integers;  ///< without the computed ones
  std::map<std::string, std::string> texts;      ///< alternatives and regular expressions
  bool operator==(const PatternFields&) const = default;

  /// The named field as text: RFC 3339 without a zone, digits, or the text itself. Empty where there is none.
  std::string text_of(std::string_view field) const;
};

struct PatternMatch {
  enum class Kind {
    matched,
    no_match,      ///< the key has another form
    inconsistent,  ///< the form fits, but a field has two values, or names a date that the calendar does not have
  };
  Kind kind = Kind::no_match;
  PatternFields fields;  ///< when matched
  std::string reason;    ///< when not: which field, and what was found against what was expected
};

enum class FieldKind { time, integer, text };

/// A key that may have holes.
struct KeyOutline {
  std::string key;
  std::vector<std::string> open_fields;  ///< each once, in their order; '*' and '**' for wildcards
};

/// Immutable and cheap to copy; safe from several threads.
class Pattern {
 public:
  /// The pattern `*`.
  Pattern();

  /// The calendar rules the dates. `invalid` names the place: an unknown directive, an unclosed brace, a time without a
  /// year, a bad expression, one name with two kinds.
  static Result<Pattern> compile(std::string_view text, Calendar calendar = Calendar::standard);

  PatternMatch match(std::string_view key) const;

  /// The key with these fields, such that match() gives the fields back. `invalid` where a field is missing or its
  /// value cannot be written (a fraction that the directives do not show, a text that its expression does not match),
  /// and for patterns with `*`.
  Result<std::string> generate(const PatternFields& fields) const;
  bool can_generate() const;
  /// The key as far as `fields` tell it: a field that they do not have stays as "{name}", a wildcard as itself. Times
  /// are cut to what the directives show, so that a day's key is that of its noon, too.
  Result<KeyOutline> outline(const PatternFields& fields) const;

  /// All that a time of matched fields may mean: `%Y%m%d` names a whole day. `not_found` where there is no such time.
  Result<TimeSpan> span(std::string_view name, const PatternFields& fields) const;

  /// The leading part that all matching keys share, for listings; may end within a name.
  const std::string& static_prefix() const;
  /// The trailing part that all matching keys share.
  const std::string& static_suffix() const;
  /// The names of all fields with their kinds, the computed ones left out.
  const std::map<std::string, FieldKind>& fields() const;
  bool has_time(std::string_view name) const;
  Calendar calendar() const;
  const std::string& text() const;

 private:
  struct Program;
  explicit Pattern(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace vdp::dataset
