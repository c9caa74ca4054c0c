#include "dataset/axis.h"

#include <fmt/format.h>

#include <tuple>

namespace vdp::dataset {
namespace {

constexpr std::string_view default_units = "seconds since 1970-01-01";

bool is_time_axis(const AxisSpec& spec, const std::optional<SeedCoordinate>& seed) {
  if (spec.kind == AxisKind::regular || spec.from == AxisSource::pattern) return true;
  if (spec.units) return is_absolute_time(*spec.units);
  return seed && is_absolute_time(seed->units);
}

NumberType pick_type(const AxisSpec& spec, const std::optional<SeedCoordinate>& seed, bool units_of_seed) {
  if (spec.dtype) return *spec.dtype;
  const bool values_of_seed = spec.from != AxisSource::pattern;
  const bool floating = seed && seed->floating && (units_of_seed || values_of_seed);
  return floating ? NumberType::float64 : NumberType::int64;
}

// ceil(a / b) for b > 0.
Int128 ceil_divide(Int128 a, Int128 b) { return a / b + (a % b > 0 ? 1 : 0); }

}  // namespace

Result<AxisEncoding> resolve_encoding(const AxisSpec& spec, const std::optional<SeedCoordinate>& seed) {
  const std::string place = fmt::format("axis {}", spec.name);
  const bool is_time = is_time_axis(spec, seed);
  const bool units_of_seed = !spec.units && seed && (!is_time || is_absolute_time(seed->units));
  AxisEncoding encoding;
  encoding.dtype = pick_type(spec, seed, units_of_seed);
  encoding.units = spec.units ? *spec.units : units_of_seed ? seed->units : is_time ? std::string(default_units) : "";
  if (!is_time) return encoding;
  Calendar calendar = Calendar::standard;
  if (spec.calendar) {
    calendar = *spec.calendar;
  } else if (seed) {
    VDP_ASSIGN_IN(place, calendar, parse_calendar(seed->calendar));
  }
  VDP_ASSIGN_IN(place, encoding.time, parse_time_units(encoding.units, calendar));
  return encoding;
}

Result<RegularAxis> RegularAxis::create(const AxisSpec& spec, const TimeUnits& units, NumberType dtype) {
  const std::string place = fmt::format("axis {}", spec.name);
  if (spec.step.count() <= 0) {
    return invalid(fmt::format("{}: step {} is not positive", place, format_duration(spec.step)));
  }
  RegularAxis axis;
  axis.name_ = spec.name;
  axis.step_ns_ = spec.step.count();
  axis.units_ = units;
  axis.dtype_ = dtype;
  VDP_ASSIGN_IN(place + ": start", axis.start_, parse_instant(units.calendar, spec.start));
  if (!spec.end.empty()) {
    VDP_ASSIGN_IN(place + ": end", const Instant end, parse_instant(units.calendar, spec.end));
    if (end <= axis.start_) {
      return invalid(fmt::format("{}: end {} is not after start {}", place, spec.end, spec.start));
    }
    // Years are bounded by the calendar, so that the count of steps fits.
    axis.length_ = static_cast<std::uint64_t>(ceil_divide(end.nanoseconds - axis.start_.nanoseconds, axis.step_ns_));
  }
  // If the first two slots have exact integer values, then all have.
  VDP_ASSIGN(std::ignore, axis.values(0, 2));
  return axis;
}

Result<std::uint64_t> RegularAxis::slot(Instant instant) const {
  const Int128 offset = instant.nanoseconds - start_.nanoseconds;
  const auto show = [&](Instant i) { return format_instant(units_.calendar, i); };
  if (offset < 0) {
    return invalid(fmt::format("axis {}: {} is before the start {}", name_, show(instant), show(start_)));
  }
  const Int128 index = offset / step_ns_;
  if (index > INT64_MAX) return invalid(fmt::format("axis {}: {} is beyond all slots", name_, show(instant)));
  const auto slot = static_cast<std::uint64_t>(index);
  if (offset % step_ns_ != 0) {
    return invalid(fmt::format("axis {}: {} is on no step; the nearest are {} and {}", name_, show(instant),
                               show(this->instant(slot)), show(this->instant(slot + 1))));
  }
  if (length_ && slot >= *length_) {
    return invalid(
        fmt::format("axis {}: {} is not before the end {}", name_, show(instant), show(this->instant(*length_))));
  }
  return slot;
}

Result<std::uint64_t> RegularAxis::slot(const TimeSpan& span) const {
  const Int128 to_begin = span.begin.nanoseconds - start_.nanoseconds;
  const Int128 to_end = span.end.nanoseconds - start_.nanoseconds;
  // Steps at or after the beginning, and at or after the end, counted from the start.
  const Int128 first = to_begin <= 0 ? 0 : ceil_divide(to_begin, step_ns_);
  const Int128 behind = to_end <= 0 ? 0 : ceil_divide(to_end, step_ns_);
  const bool begins_on_step = to_begin == first * step_ns_;
  if (begins_on_step || behind == first) return slot(span.begin);
  const Instant step{start_.nanoseconds + first * step_ns_};
  if (behind - first == 1) return slot(step);
  return invalid(fmt::format("axis {}: between {} and {} there are {} steps, expected one", name_,
                             format_instant(units_.calendar, span.begin), format_instant(units_.calendar, span.end),
                             to_string(behind - first)));
}

Result<std::uint64_t> RegularAxis::slot(const Number& value, const TimeUnits& value_units) const {
  const std::string place = fmt::format("axis {}", name_);
  VDP_ASSIGN_IN(place, const Number converted, convert(value, value_units, units_, dtype_));
  VDP_ASSIGN_IN(place, const Instant instant, to_instant(converted, units_));
  return slot(instant);
}

Instant RegularAxis::instant(std::uint64_t slot) const {
  return Instant{start_.nanoseconds + static_cast<Int128>(slot) * step_ns_};
}

Result<std::vector<Number>> RegularAxis::values(std::uint64_t first, std::uint64_t last) const {
  std::vector<Number> values;
  values.reserve(last > first ? last - first : 0);
  for (std::uint64_t slot = first; slot < last; ++slot) {
    VDP_ASSIGN_IN("axis " + name_, const Number value, to_value(instant(slot), units_, dtype_));
    values.push_back(value);
  }
  return values;
}

}  // namespace vdp::dataset
