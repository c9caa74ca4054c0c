#include <fmt/format.h>

#include <cmath>

#include "dataset/time_units.h"

namespace vdp::dataset {
namespace {

constexpr double two_to_63 = 9'223'372'036'854'775'808.0;

Result<Number> as_int64(double value) {
  if (!(value >= -two_to_63 && value < two_to_63) || value != std::trunc(value)) {
    return invalid(fmt::format("{} is no whole number of 64 bits", value));
  }
  return static_cast<std::int64_t>(value);
}

Result<Number> as_float64(std::int64_t value) {
  const auto nearest = static_cast<double>(value);
  if (nearest >= two_to_63 || static_cast<std::int64_t>(nearest) != value) {
    return invalid(fmt::format("{} has no exact float64", value));
  }
  return nearest;
}

}  // namespace

std::string_view to_string(NumberType type) { return type == NumberType::int64 ? "int64" : "float64"; }

std::string to_string(const Number& number) {
  return std::visit([](auto value) { return fmt::format("{}", value); }, number);
}

NumberType type_of(const Number& number) {
  return std::holds_alternative<std::int64_t>(number) ? NumberType::int64 : NumberType::float64;
}

Result<Number> with_type(const Number& number, NumberType type) {
  if (type_of(number) == type) return number;
  if (type == NumberType::int64) return as_int64(std::get<double>(number));
  return as_float64(std::get<std::int64_t>(number));
}

}  // namespace vdp::dataset
