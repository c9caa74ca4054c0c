#include <fmt/format.h>

#include <bit>
#include <span>

#include "base/json_field.h"
#include "pipeline/granule_values.h"

namespace vdp {
namespace {

using dataset::Template;

/// Writes a converted number back in the variable's own type, exactly or not at all.
Status put_number(const dataset::Number& number, const zarr::DataType& type, std::span<std::uint8_t> target) {
  using Kind = zarr::DataType::Kind;
  std::uint64_t bits = 0;
  bool fits = true;
  if (type.kind == Kind::floating && type.size_bytes >= 4) {
    VDP_ASSIGN(const auto as_double, dataset::with_type(number, dataset::NumberType::float64));
    const double value = std::get<double>(as_double);
    const auto narrow = static_cast<float>(value);
    fits = type.size_bytes == 8 || static_cast<double>(narrow) == value;
    bits = type.size_bytes == 8 ? std::bit_cast<std::uint64_t>(value) : std::bit_cast<std::uint32_t>(narrow);
  } else if (type.kind == Kind::signed_integer || type.kind == Kind::unsigned_integer) {
    VDP_ASSIGN(const auto as_integer, dataset::with_type(number, dataset::NumberType::int64));
    const auto value = std::get<std::int64_t>(as_integer);
    const int width = static_cast<int>(8 * type.size_bytes - (type.kind == Kind::signed_integer ? 1 : 0));
    fits = type.kind == Kind::signed_integer
               ? width >= 63 || (value >= -(std::int64_t{1} << width) && value >> width <= 0)
               : value >= 0 && (width >= 63 || value >> width == 0);
    bits = static_cast<std::uint64_t>(value);
  } else {
    return unsupported(fmt::format("converting times of type {}", zarr::describe(type)));
  }
  if (!fits) {
    return invalid(
        fmt::format("{} in the store's units does not fit {}", dataset::to_string(number), zarr::describe(type)));
  }
  for (std::size_t i = 0; i < target.size(); ++i) target[i] = static_cast<std::uint8_t>(bits >> (8 * i));
  return {};
}

/// Times in the file's units become times in the store's.
Status convert_times(const zarr::DataType& type, const dataset::TimeUnits& from, const dataset::TimeUnits& to,
                     Bytes& elements) {
  if (from == to) return {};
  const bool floating = type.kind == zarr::DataType::Kind::floating;
  std::vector<dataset::Number> numbers;
  if (floating) {
    VDP_ASSIGN(const auto values, zarr::as_doubles(type, elements));
    numbers.assign(values.begin(), values.end());
  } else {
    VDP_ASSIGN(const auto values, zarr::as_integers(type, elements));
    numbers.assign(values.begin(), values.end());
  }
  const auto kind = floating ? dataset::NumberType::float64 : dataset::NumberType::int64;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    VDP_ASSIGN(const auto converted, dataset::convert(numbers[i], from, to, kind));
    VDP_TRY(put_number(converted, type, std::span(elements).subspan(i * type.size_bytes, type.size_bytes)));
  }
  return {};
}

}  // namespace

Status convert_to_store_units(const Template& store, PreparedGranule& granule) {
  const Json& attributes = store.axis_variable().metadata.attributes;
  const std::string units = text_field(attributes, "units");
  if (!granule.coordinate_units || !dataset::is_absolute_time(units)) return {};
  VDP_ASSIGN(const auto to, dataset::parse_time_units(units, text_field(attributes, "calendar")));
  for (const auto& [name, variable] : store.variables) {
    const auto values = granule.values.find(name);
    if (!variable.in_axis_units || values == granule.values.end()) continue;
    const auto& type = granule.dataset.variables.at(name).metadata.data_type;
    if (auto done = convert_times(type, *granule.coordinate_units, to, std::get<Bytes>(values->second)); !done) {
      return std::unexpected(within("variable " + name, std::move(done).error()));
    }
  }
  return {};
}

}  // namespace vdp
