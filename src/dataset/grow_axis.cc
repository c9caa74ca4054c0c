#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "dataset/axis.h"

namespace vdp::dataset {
namespace {

constexpr std::size_t element_size = 8;

bool is_finite(const Number& number) {
  const double* value = std::get_if<double>(&number);
  return value == nullptr || std::isfinite(*value);
}

}  // namespace

Result<GrowAxis> GrowAxis::create(std::string name, std::vector<Number> values) {
  GrowAxis axis;
  axis.name_ = std::move(name);
  axis.values_.reserve(values.size());
  for (const Number& value : values) VDP_TRY(axis.append(value));
  return axis;
}

Result<GrowAxis::Place> GrowAxis::locate(const Number& value) const {
  if (!is_finite(value)) return invalid(fmt::format("axis {}: {} is not finite", name_, to_string(value)));
  if (!values_.empty() && type_of(value) != type_of(values_.front())) {
    return invalid(fmt::format("axis {}: {} is {}, expected {}", name_, to_string(value), to_string(type_of(value)),
                               to_string(type_of(values_.front()))));
  }
  const auto found = std::ranges::lower_bound(values_, value);
  Place place;
  place.slot = static_cast<std::uint64_t>(found - values_.begin());
  if (found != values_.end()) {
    place.kind = *found == value ? Place::Kind::existing : Place::Kind::before_end;
  }
  return place;
}

Status GrowAxis::append(const Number& value) {
  VDP_ASSIGN(const Place place, locate(value));
  if (place.kind != Place::Kind::append) {
    return invalid(fmt::format("axis {}: {} follows {} at position {}; values must strictly increase", name_,
                               to_string(value), to_string(values_.back()), values_.size()));
  }
  values_.push_back(value);
  return {};
}

Status GrowAxis::insert(std::uint64_t slot, const std::vector<Number>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    VDP_ASSIGN(const Place place, locate(values[i]));
    const bool increases = i == 0 || values[i - 1] < values[i];
    if (place.kind == Place::Kind::existing || place.slot != slot || !increases) {
      return invalid(fmt::format("axis {}: {} does not lie before position {}; values must strictly increase", name_,
                                 to_string(values[i]), slot));
    }
  }
  values_.insert(values_.begin() + static_cast<std::ptrdiff_t>(slot), values.begin(), values.end());
  return {};
}

// The elements of int64 and float64 arrays under codec `bytes`, little-endian.
Result<Bytes> to_elements(const std::vector<Number>& values, NumberType dtype) {
  Bytes elements(values.size() * element_size);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (type_of(values[i]) != dtype) return internal("axis values of two types");
    std::visit([&](auto value) { std::memcpy(elements.data() + i * element_size, &value, element_size); }, values[i]);
  }
  return elements;
}

Result<std::vector<Number>> from_elements(ByteView elements, NumberType dtype) {
  if (elements.size() % element_size != 0) {
    return corrupt(fmt::format("{} bytes of axis values are no multiple of {}", elements.size(), element_size));
  }
  std::vector<Number> values;
  values.reserve(elements.size() / element_size);
  const auto read_as = [&]<typename T>(T number, std::size_t offset) {
    std::memcpy(&number, elements.data() + offset, element_size);
    return Number(number);
  };
  for (std::size_t offset = 0; offset < elements.size(); offset += element_size) {
    values.push_back(dtype == NumberType::int64 ? read_as(std::int64_t{}, offset) : read_as(double{}, offset));
  }
  return values;
}

}  // namespace vdp::dataset
