// Axes: which slot a point belongs to, and which values the coordinate has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "dataset/time_units.h"

namespace vdp::dataset {

enum class AxisKind { regular, grow, schedule, explicit_values };

/// Where a granule's position comes from.
enum class AxisSource { pattern, value, attribute };

/// One `[axis.NAME]` of a dataset file, as it was declared; what depends on the first file is still open.
struct AxisSpec {
  std::string name;  ///< of the dimension
  AxisKind kind = AxisKind::grow;
  std::string start;  ///< of `regular`: RFC 3339 or a date, in the axis's calendar
  std::string end;    ///< exclusive; empty: the axis grows
  Duration step{0};
  AxisSource from =
      AxisSource::value;         ///< where nothing is declared: `pattern` if the pattern has the axis, else `value`
  std::string from_attribute;    ///< of `attribute`
  bool agree_with_value = true;  ///< cross-check of the key's value with the file's, where both exist
  Duration tolerance{std::chrono::seconds{1}};
  std::optional<std::string> units;  ///< else the seed's if absolute, else "seconds since 1970-01-01"
  std::optional<Calendar> calendar;  ///< else the seed's
  std::optional<NumberType> dtype;   ///< else int64, or float64 where the seed's values are floats
  std::uint64_t chunk = 4096;        ///< edge of the coordinate's chunks
};

/// What the first file says of the axis's coordinate.
struct SeedCoordinate {
  std::string units;  ///< its attributes; empty where it has none
  std::string calendar;
  bool floating = false;  ///< whether its values are floats
};

/// How an axis is stored, with nothing left open.
struct AxisEncoding {
  std::optional<TimeUnits> time;  ///< unless the axis is no time: then values are compared and stored as they are
  std::string units;              ///< the attribute as it is written; may be empty
  NumberType dtype = NumberType::int64;
};
/// What is declared, else what the seed says, else the defaults. A regular axis, and one whose values come from the
/// pattern, is a time. Without a seed (none yet, or it has no such coordinate) the defaults alone.
Result<AxisEncoding> resolve_encoding(const AxisSpec& spec, const std::optional<SeedCoordinate>& seed);

/// An axis of equal steps in time: slot i is at start + i * step.
class RegularAxis {
 public:
  /// `invalid`: no positive step, an end that is not after the start, dates that the calendar does not have, values
  /// that the units and type cannot hold exactly (the first two slots are tried). An end between two steps is rounded
  /// up.
  static Result<RegularAxis> create(const AxisSpec& spec, const TimeUnits& units, NumberType dtype);

  /// `invalid` where the instant is on no step (naming the two nearest), before the start, or at or after the end.
  Result<std::uint64_t> slot(Instant instant) const;
  /// The slot of what a key names (Pattern::span): the one that it begins on, else the only one within it: a day is the
  /// slot of its noon on an axis of noons. `invalid` where there is none, or more than one.
  Result<std::uint64_t> slot(const TimeSpan& span) const;
  /// The slot of a stored or source value, converted exactly.
  Result<std::uint64_t> slot(const Number& value, const TimeUnits& value_units) const;
  Instant instant(std::uint64_t slot) const;
  /// The number of slots, where the axis has an end.
  std::optional<std::uint64_t> length() const { return length_; }

  /// Coordinate values of slots [first, last), in the axis's units and type: exact, or `invalid`.
  Result<std::vector<Number>> values(std::uint64_t first, std::uint64_t last) const;

  const TimeUnits& units() const { return units_; }
  NumberType dtype() const { return dtype_; }

 private:
  RegularAxis() = default;
  std::string name_;
  Instant start_;
  std::int64_t step_ns_ = 1;
  std::optional<std::uint64_t> length_;
  TimeUnits units_;
  NumberType dtype_ = NumberType::int64;
};

/// The values of a growing axis as a store holds them: strictly increasing, all of one type.
class GrowAxis {
 public:
  /// `invalid` where the values do not strictly increase (naming the first two that do not), or are not finite.
  static Result<GrowAxis> create(std::string name, std::vector<Number> values);

  struct Place {
    enum class Kind { append, existing, before_end } kind = Kind::append;
    std::uint64_t slot = 0;  ///< of the value (existing), or where it would be inserted
  };
  /// `invalid` for a number of another type than the axis's, and for one that is not finite.
  Result<Place> locate(const Number& value) const;
  /// Adds a value after the end; `invalid` where it is not greater than the last.
  Status append(const Number& value);
  /// Puts increasing values between those before `slot` and those from it on; `invalid` where they do not lie there.
  Status insert(std::uint64_t slot, const std::vector<Number>& values);

  std::uint64_t length() const { return values_.size(); }
  const std::vector<Number>& values() const { return values_; }

 private:
  GrowAxis() = default;
  std::string name_;
  std::vector<Number> values_;
};

/// Numbers as the elements of a stored array: 8 bytes each, little-endian; all must be of `dtype` (`internal` if not).
Result<Bytes> to_elements(const std::vector<Number>& values, NumberType dtype);
/// The numbers of stored elements; `corrupt` where the size is no multiple of 8.
Result<std::vector<Number>> from_elements(ByteView elements, NumberType dtype);

}  // namespace vdp::dataset
