#include "pipeline/axis_values.h"

#include <fmt/format.h>

#include "base/json_field.h"
#include "zarr/values.h"

namespace vdp {
namespace {

using dataset::AxisKind;
using dataset::AxisSource;
using dataset::Calendar;
using dataset::Instant;
using dataset::Number;
using dataset::TimeSpan;
using dataset::TimeUnits;

constexpr std::int64_t ns_per_second = 1'000'000'000;

/// Values that name instants exactly, in seconds where that is enough: 64 bits of nanoseconds end in 2262.
TimeUnits units_for(Calendar calendar, bool whole_seconds) {
  return {whole_seconds ? ns_per_second : 1, Instant{}, calendar,
          whole_seconds ? "seconds since 1970-01-01" : "nanoseconds since 1970-01-01"};
}

/// Whether an attribute or a fill value of the coordinate is this number.
bool same_number(const Number& value, const Json& other) {
  if (other.is_array() && other.size() == 1) return same_number(value, other[0]);
  if (!other.is_number()) return false;
  if (const auto* integer = std::get_if<std::int64_t>(&value); integer != nullptr && other.is_number_integer()) {
    return *integer == other.get<std::int64_t>();
  }
  return std::visit([](auto number) { return static_cast<double>(number); }, value) == other.get<double>();
}

class AxisValueFinder {
 public:
  AxisValueFinder(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                  const std::optional<NativeValues>& elements, PreparedGranule& granule)
      : file_(file), axis_(axis), elements_(elements), granule_(granule) {}

  Status find() {
    const bool in_pattern = file_.source.pattern.has_time(axis_.name);
    if (elements_) VDP_TRY(read_coordinate());
    switch (axis_.from) {
      case AxisSource::pattern:
        return from_pattern();
      case AxisSource::attribute:
        return from_attribute();
      case AxisSource::value:
        break;
    }
    if (!elements_) return invalid(fmt::format("no variable \"{}\" to take the axis values from", axis_.name));
    if (in_pattern && axis_.agree_with_value) VDP_TRY(check_agreement());
    granule_.axis_values = coordinate_;
    granule_.axis_units = granule_.coordinate_units;
    return {};
  }

 private:
  /// The file's own coordinate, as numbers with their units.
  Status read_coordinate() {
    const auto& metadata = granule_.dataset.variables.at(axis_.name).metadata;
    if (!metadata.data_type.is_numeric()) {
      return invalid(
          fmt::format("the axis coordinate is of type {}, expected numbers", zarr::describe(metadata.data_type)));
    }
    for (const char* packing : {"scale_factor", "add_offset"}) {
      if (metadata.attributes.contains(packing)) {
        return unsupported(fmt::format("the axis coordinate \"{}\" is packed ({})", axis_.name, packing));
      }
    }
    const auto& bytes = std::get<Bytes>(*elements_);
    if (metadata.data_type.kind == zarr::DataType::Kind::floating) {
      VDP_ASSIGN(const auto numbers, zarr::as_doubles(metadata.data_type, bytes));
      coordinate_.assign(numbers.begin(), numbers.end());
    } else {
      VDP_ASSIGN(const auto numbers, zarr::as_integers(metadata.data_type, bytes));
      coordinate_.assign(numbers.begin(), numbers.end());
    }
    VDP_TRY(check_present(metadata));
    const std::string units = text_field(metadata.attributes, "units");
    if (!dataset::is_absolute_time(units)) return {};
    VDP_ASSIGN_IN("axis coordinate", granule_.coordinate_units,
                  dataset::parse_time_units(units, text_field(metadata.attributes, "calendar")));
    return {};
  }

  /// What stands for a missing value (CF, section 2.5.1) is no position, however likely the number looks: an aborted
  /// file would lie in 1912 or in 2049. HDF5 fills with zero unless told otherwise, and zero may be a time.
  Status check_present(const zarr::ArrayMetadata& metadata) const {
    std::vector<std::pair<std::string, Json>> missing;
    for (const char* name : {"_FillValue", "missing_value"}) {
      if (metadata.attributes.contains(name)) missing.emplace_back(name, metadata.attributes[name]);
    }
    if (!same_number(std::int64_t{0}, metadata.fill_value)) missing.emplace_back("fill value", metadata.fill_value);
    for (std::size_t i = 0; i < coordinate_.size(); ++i) {
      for (const auto& [name, value] : missing) {
        if (!same_number(coordinate_[i], value)) continue;
        return invalid(fmt::format("variable {}: step {}: found {}, which its {} says is missing, expected a value",
                                   axis_.name, i, dataset::to_string(coordinate_[i]), name));
      }
    }
    return {};
  }

  /// All that the key may mean: a day, where it names no hour.
  Result<TimeSpan> pattern_span() const {
    const auto& pattern = file_.source.pattern;
    const auto match = pattern.match(granule_.granule.key);
    if (match.kind != dataset::PatternMatch::Kind::matched) return invalid("the key: " + match.reason);
    VDP_ASSIGN_IN("the key", const auto span, pattern.span(axis_.name, match.fields));
    return span;
  }

  Calendar pattern_calendar() const { return file_.source.pattern.calendar(); }

  Status from_pattern() {
    if (!file_.source.pattern.has_time(axis_.name)) {
      return invalid(
          fmt::format("axis.{}.from is \"pattern\", but the pattern has no field \"{}\"", axis_.name, axis_.name));
    }
    VDP_ASSIGN(const TimeSpan span, pattern_span());
    if (elements_ && axis_.agree_with_value) VDP_TRY(check_agreement());
    VDP_ASSIGN(const Instant first, instant_within(span));
    return spread(first, pattern_calendar());
  }

  /// On a regular axis the step that lies in the span, elsewhere its begin.
  Result<Instant> instant_within(const TimeSpan& span) const {
    if (axis_.kind != AxisKind::regular) return span.begin;
    const bool whole = axis_.step.count() % ns_per_second == 0;
    VDP_ASSIGN(const auto regular,
               dataset::RegularAxis::create(axis_, units_for(pattern_calendar(), whole), dataset::NumberType::int64));
    VDP_ASSIGN_IN("the key", const std::uint64_t slot, regular.slot(span));
    return regular.instant(slot);
  }

  Status from_attribute() {
    const auto found = granule_.dataset.attributes.find(axis_.from_attribute);
    if (found == granule_.dataset.attributes.end()) {
      return invalid(fmt::format("no attribute \"{}\" to take the axis value from", axis_.from_attribute));
    }
    const Calendar calendar = axis_.calendar.value_or(Calendar::standard);
    if (found->is_string()) {
      VDP_ASSIGN_IN("attribute " + axis_.from_attribute, const Instant first,
                    dataset::parse_instant(calendar, found->get<std::string>()));
      return spread(first, calendar);
    }
    if (!found->is_number() || !axis_.units) {
      return invalid(fmt::format("attribute \"{}\" is {}, expected a date, or a number together with axis.{}.units",
                                 axis_.from_attribute, found->dump(), axis_.name));
    }
    VDP_ASSIGN(const auto units, dataset::parse_time_units(*axis_.units, calendar));
    const Number value = found->is_number_float() ? Number(found->get<double>()) : Number(found->get<std::int64_t>());
    VDP_ASSIGN(const Instant first, dataset::to_instant(value, units));
    return spread(first, calendar);
  }

  /// One instant for a granule of one step; of a regular axis, also the first of several.
  Status spread(Instant first, Calendar calendar) {
    if (granule_.steps > 1 && axis_.kind != AxisKind::regular) {
      return invalid(
          fmt::format("one axis value for {} steps; `from = \"value\"` takes them from the file", granule_.steps));
    }
    const bool whole = first.nanoseconds % ns_per_second == 0 && axis_.step.count() % ns_per_second == 0;
    const TimeUnits units = units_for(calendar, whole);
    for (std::uint64_t i = 0; i < granule_.steps; ++i) {
      const Instant instant{first.nanoseconds + static_cast<dataset::Int128>(axis_.step.count()) * i};
      VDP_ASSIGN(const Number value, dataset::to_value(instant, units, dataset::NumberType::int64));
      granule_.axis_values.push_back(value);
    }
    granule_.axis_units = units;
    return {};
  }

  /// The key and the file must tell the same time (hazard C13).
  Status check_agreement() const {
    if (!granule_.coordinate_units || coordinate_.empty()) return {};
    VDP_ASSIGN(const TimeSpan named, pattern_span());
    VDP_ASSIGN_IN("axis coordinate", const Instant stored,
                  dataset::to_instant(coordinate_.front(), *granule_.coordinate_units));
    const auto tolerance = axis_.tolerance.count();
    if (named.begin.nanoseconds - stored.nanoseconds <= tolerance &&
        stored.nanoseconds - named.end.nanoseconds < tolerance) {
      return {};
    }
    return invalid(fmt::format("the key says {}, the file's \"{}\" says {}; axis.{}.tolerance allows {}",
                               dataset::format_instant(pattern_calendar(), named.begin), axis_.name,
                               dataset::describe(coordinate_.front(), *granule_.coordinate_units), axis_.name,
                               dataset::format_duration(axis_.tolerance)));
  }

  const dataset::DatasetFile& file_;
  const dataset::AxisSpec& axis_;
  const std::optional<NativeValues>& elements_;
  PreparedGranule& granule_;
  std::vector<Number> coordinate_;
};

}  // namespace

Status find_axis_values(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                        const std::optional<NativeValues>& elements, PreparedGranule& granule) {
  return AxisValueFinder(file, axis, elements, granule).find();
}

}  // namespace vdp
