#include <fmt/format.h>

#include "dataset/readers.h"
#include "dataset/section.h"

namespace vdp::dataset {
namespace {

void require(Section& section, std::string_view key, bool regular) {
  if (regular && !section.has(key)) section.invalid(key, "a regular axis needs it");
  if (!regular && section.has(key)) section.invalid(key, "only a regular axis has it");
}

// What the calendar makes of the times is checked where the calendar is declared; the seed's is not known yet.
void read_time(Section& section, std::string_view key, const AxisSpec& axis, std::string& target) {
  const auto text = section.time(key);
  if (!text) return;
  target = *text;
  if (axis.calendar) {
    const auto instant = parse_instant(*axis.calendar, *text);
    if (!instant) section.invalid(key, instant.error().text());
  } else if (const auto parsed = parse_time(*text); !parsed) {
    section.invalid(key, parsed.error().text());
  }
}

void read_encoding(Section& section, AxisSpec& axis) {
  if (const auto calendar = section.text("calendar"))
    section.take("calendar", parse_calendar(*calendar), axis.calendar);
  if (const auto dtype = section.text("dtype")) {
    axis.dtype = *dtype == "float64" ? NumberType::float64 : NumberType::int64;
  }
  if (const auto chunk = section.count("chunk")) axis.chunk = *chunk;
  axis.units = section.text("units");
  if (!axis.units) return;
  const bool must_be_time = axis.kind == AxisKind::regular || is_absolute_time(*axis.units);
  const auto units = parse_time_units(*axis.units, axis.calendar.value_or(Calendar::standard));
  // A reference that only another calendar has is for the first file to settle.
  if (must_be_time && !units && axis.calendar) section.invalid("units", units.error().text());
  if (must_be_time && !units && !is_absolute_time(*axis.units)) section.invalid("units", units.error().text());
}

AxisSpec read_axis(const std::string& name, const toml::table& table, Findings& findings) {
  Section section(&table, "axis." + name, findings);
  AxisSpec axis;
  axis.name = name;
  const std::string kind = section.text("kind").value_or("grow");
  axis.kind = kind == "regular"    ? AxisKind::regular
              : kind == "schedule" ? AxisKind::schedule
              : kind == "explicit" ? AxisKind::explicit_values
                                   : AxisKind::grow;
  read_encoding(section, axis);
  if (axis.kind == AxisKind::regular || axis.kind == AxisKind::grow) {
    require(section, "start", axis.kind == AxisKind::regular);
    require(section, "step", axis.kind == AxisKind::regular);
    if (axis.kind == AxisKind::grow) require(section, "end", false);
  }
  read_time(section, "start", axis, axis.start);
  read_time(section, "end", axis, axis.end);
  if (const auto step = section.duration("step")) {
    axis.step = *step;
    if (step->count() == 0) section.invalid("step", "found 0s, expected a positive duration");
  }
  if (const auto tolerance = section.duration("tolerance")) axis.tolerance = *tolerance;
  return axis;
}

}  // namespace

void read_axes(const toml::table& document, DatasetFile& file, Findings& findings) {
  const toml::table* axes = document["axis"].as_table();
  if (axes == nullptr) return;
  for (const auto& [name, node] : *axes) {
    if (const toml::table* table = node.as_table()) {
      file.axes.push_back(read_axis(std::string(name.str()), *table, findings));
    }
  }
  if (file.axes.size() > 1) findings.not_implemented("axis", line_of(*axes), "more than one axis");
}

void settle_axis_source(const toml::table& document, DatasetFile& file, Findings& findings) {
  for (AxisSpec& axis : file.axes) {
    Section section(document["axis"][axis.name].as_table(), "axis." + axis.name, findings);
    const bool pattern_has_it = file.source.pattern.has_time(axis.name);
    const std::string from = section.text("from").value_or(pattern_has_it ? "pattern" : "value");
    if (from.starts_with("attr:")) {
      axis.from = AxisSource::attribute;
      axis.from_attribute = from.substr(5);
    } else {
      axis.from = from == "pattern" ? AxisSource::pattern : AxisSource::value;
    }
    if (axis.from == AxisSource::pattern && !pattern_has_it) {
      section.invalid("from", fmt::format("source.pattern has no field {{{}:...}} with a time", axis.name));
    }
  }
}

}  // namespace vdp::dataset
