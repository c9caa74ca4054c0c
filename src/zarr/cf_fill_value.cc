#include "zarr/cf_fill_value.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "base/base64.h"

namespace vdp::zarr {
namespace {

std::string base64_of_double(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  Bytes bytes(8);
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(bits >> (8 * i));
  return base64_encode(bytes);
}

/// A float as the integer that it is; `invalid` where it is none that 53 bits hold.
Result<Json> whole_number(const DataType& type, double value) {
  if (std::trunc(value) != value || std::abs(value) > 9007199254740992.0) {
    return invalid(fmt::format("{} for values of type {}", value, describe(type)));
  }
  return Json(static_cast<std::int64_t>(value));
}

Result<Json> encoded(const DataType& type, const Json& value) {
  using Kind = DataType::Kind;
  if (!value.is_number() && !value.is_boolean()) {
    return invalid(fmt::format("a {} for values of type {}", value.type_name(), describe(type)));
  }
  switch (type.kind) {
    case Kind::boolean:
      return Json(value.is_boolean() ? value.get<bool>() : value.get<double>() != 0);
    case Kind::signed_integer:
    case Kind::unsigned_integer:
      if (value.is_number_float()) return whole_number(type, value.get<double>());
      if (value.is_boolean()) return Json(value.get<bool>() ? 1 : 0);
      return value;
    case Kind::floating:
      return Json(base64_of_double(value.is_boolean() ? value.get<bool>() : value.get<double>()));
    default:
      break;
  }
  return invalid(fmt::format("a {} for values of type {}", value.type_name(), describe(type)));
}

bool is_text(const DataType& type) {
  using Kind = DataType::Kind;
  return type.kind == Kind::string || type.kind == Kind::fixed_bytes || type.kind == Kind::fixed_utf32;
}

}  // namespace

Status encode_cf_fill_attribute(ArrayMetadata& metadata) {
  const auto attribute = metadata.attributes.find("_FillValue");
  if (attribute == metadata.attributes.end()) return {};
  if (!is_text(metadata.data_type)) {
    auto value = encoded(metadata.data_type, *attribute);
    if (value) {
      *attribute = std::move(*value);
      return {};
    }
    metadata.attributes.erase(attribute);
    return std::unexpected(std::move(value).error());
  }
  metadata.attributes.erase(attribute);
  return {};
}

}  // namespace vdp::zarr
