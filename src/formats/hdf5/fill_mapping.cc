#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/base64.h"
#include "base/json_append.h"
#include "formats/hdf5/element.h"
#include "formats/hdf5/zarr_mapping.h"

namespace vdp::hdf5 {
namespace {

Json float_json(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

Result<Json> element_json(const Datatype& type, const zarr::DataType& zarr_type, ByteView bytes);

Result<Json> structure_json(const Datatype& type, const zarr::DataType& zarr_type, ByteView bytes) {
  Json fields = Json::object();
  for (std::size_t i = 0; i < type.members.size(); ++i) {
    const Member& member = type.members[i];
    const ByteView part = bytes.subspan(member.offset_bytes, member.type.size_bytes);
    VDP_ASSIGN(Json value, element_json(member.type, zarr_type.fields[i].type, part));
    append(fields, member.name, std::move(value));
  }
  return fields;
}

/// `bytes` has the size of the type, which zarr_type has accepted.
Result<Json> element_json(const Datatype& type, const zarr::DataType& zarr_type, ByteView bytes) {
  using Kind = zarr::DataType::Kind;
  switch (zarr_type.kind) {
    case Kind::boolean:
    case Kind::signed_integer:
    case Kind::unsigned_integer:
      return element_value(type, bytes);
    case Kind::floating:
      return float_json(float_value(type, bytes));
    case Kind::complex: {
      const Datatype& part = *complex_part(type);
      const std::size_t half = part.size_bytes;
      return Json::array(
          {float_json(float_value(part, bytes.first(half))), float_json(float_value(part, bytes.subspan(half)))});
    }
    case Kind::fixed_bytes:
      return Json(base64_encode(as_bytes(fixed_text(type, bytes))));
    case Kind::raw_bytes:
      return Json(base64_encode(bytes));
    case Kind::datetime64: {
      Datatype integer;
      integer.size_bytes = 8;
      return Json(signed_value(integer, bytes));
    }
    case Kind::structure:
      return structure_json(type, zarr_type, bytes);
    case Kind::string:
    case Kind::fixed_utf32:
      break;
  }
  return internal("no fill value for this type");
}

/// numpy.ma's default, or zero where the type cannot hold it.
Json undefined_json(const zarr::DataType& type, Json zero) {
  using Kind = zarr::DataType::Kind;
  constexpr std::int64_t integer_default = 999999;
  switch (type.kind) {
    case Kind::boolean:
      return true;
    case Kind::signed_integer:
    case Kind::unsigned_integer:
      return type.size_bytes >= 4 ? Json(integer_default) : zero;
    case Kind::floating:
      return type.size_bytes == 4 ? Json(static_cast<double>(1e20F)) : type.size_bytes == 8 ? Json(1e20) : zero;
    case Kind::complex:
      return Json::array({type.size_bytes == 8 ? static_cast<double>(1e20F) : 1e20, 0.0});
    case Kind::fixed_bytes:
      return type.size_bytes >= 3 ? Json(base64_encode(as_bytes("N/A"))) : zero;
    default:
      return zero;
  }
}

}  // namespace

Result<Json> zarr_fill_value(const Datatype& type, const FillValue& fill) {
  VDP_ASSIGN(const zarr::DataType element, zarr_type(type));
  if (type.size_bytes > (1U << 20)) {
    return over_limit(fmt::format("elements of {} bytes, at most {} allowed", type.size_bytes, 1U << 20));
  }
  const Bytes zeros(type.size_bytes);
  if (!fill.is_defined) {
    VDP_ASSIGN(Json zero, element_json(type, element, zeros));
    return undefined_json(element, std::move(zero));
  }
  if (fill.value.empty()) return element_json(type, element, zeros);
  if (fill.value.size() != type.size_bytes) {
    return corrupt(fmt::format("fill value of {} bytes found, {} expected", fill.value.size(), type.size_bytes));
  }
  return element_json(type, element, fill.value);
}

}  // namespace vdp::hdf5
