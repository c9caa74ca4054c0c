#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/utf8.h"
#include "formats/hdf5/element.h"
#include "formats/hdf5/zarr_mapping.h"

namespace vdp::hdf5 {
namespace {

Result<zarr::DataType> integer_type(const Datatype& type, bool is_signed) {
  if (!is_plain_integer(type)) {
    return unsupported(fmt::format("integers of {} bits at bit {} in {} bytes", type.precision_bits, type.bit_offset,
                                   type.size_bytes));
  }
  return is_signed ? zarr::signed_integer(type.size_bytes) : zarr::unsigned_integer(type.size_bytes);
}

Result<zarr::DataType> enumeration_type(const Datatype& type) {
  if (type.is_boolean()) return zarr::boolean();
  if (type.base.front().size_bytes != type.size_bytes) return corrupt("an enumeration wider than its base");
  return zarr_type(type.base.front());
}

/// h5py writes numpy.datetime64 as an opaque type tagged "NUMPY:<M8[ns]".
std::optional<zarr::DataType> datetime_type(const Datatype& type) {
  std::string_view tag = type.tag;
  if (!tag.starts_with("NUMPY:<M8[") || !tag.ends_with("]") || type.size_bytes != 8) return std::nullopt;
  tag.remove_prefix(10);
  tag.remove_suffix(1);
  zarr::DataType result;
  result.kind = zarr::DataType::Kind::datetime64;
  result.size_bytes = 8;
  const char* end = tag.data() + tag.size();
  const auto parsed = std::from_chars(tag.data(), end, result.scale_factor);
  const bool has_scale = parsed.ec == std::errc{};
  result.unit = has_scale ? std::string_view(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr)) : tag;
  if (!has_scale) result.scale_factor = 1;
  constexpr std::array<std::string_view, 13> units = {"Y",  "M",  "W",  "D",  "h",  "m", "s",
                                                      "ms", "us", "ns", "ps", "fs", "as"};
  if (std::ranges::find(units, result.unit) == units.end() || result.scale_factor == 0) return std::nullopt;
  return result;
}

/// Fields must follow each other without padding: Zarr has no word for it.
Result<zarr::DataType> structure_type(const Datatype& type) {
  zarr::DataType result;
  result.kind = zarr::DataType::Kind::structure;
  std::uint64_t next = 0;
  for (const Member& member : type.members) {
    if (!is_utf8(member.name)) return unsupported("a compound with a field name that is not valid UTF-8");
    if (member.offset_bytes != next) {
      return unsupported(fmt::format("a compound with padding: field {} is at byte {}, the one before ends at {}",
                                     member.name, member.offset_bytes, next));
    }
    VDP_ASSIGN_IN(fmt::format("field {}", member.name), zarr::DataType field, zarr_type(member.type));
    if (field.kind == zarr::DataType::Kind::string) {
      return unsupported(fmt::format("a compound with the variable-length string field {}", member.name));
    }
    next += member.type.size_bytes;
    result.fields.push_back({member.name, std::move(field)});
  }
  if (next != type.size_bytes) {
    return unsupported(fmt::format("a compound with padding: {} bytes of fields in {} bytes", next, type.size_bytes));
  }
  result.size_bytes = type.size_bytes;
  return result;
}

bool same_float(const Datatype& a, const Datatype& b) {
  return a.type_class == Datatype::Class::floating_point && b.type_class == Datatype::Class::floating_point &&
         a.is_ieee && b.is_ieee && a.size_bytes == b.size_bytes && a.big_endian == b.big_endian;
}

}  // namespace

const Datatype* complex_part(const Datatype& type) {
  const Datatype* part = nullptr;
  if (type.type_class == Datatype::Class::complex) {
    part = &type.base.front();
    if (!part->is_ieee) return nullptr;
  } else if (type.type_class == Datatype::Class::compound && type.members.size() == 2) {
    const Member& real = type.members[0];
    const Member& imaginary = type.members[1];
    if (real.name != "r" || imaginary.name != "i" || !same_float(real.type, imaginary.type)) return nullptr;
    if (real.offset_bytes != 0 || imaginary.offset_bytes != real.type.size_bytes) return nullptr;
    part = &real.type;
  }
  const bool fits = part != nullptr && part->size_bytes >= 4 && type.size_bytes == 2 * part->size_bytes;
  return fits ? part : nullptr;
}

Result<zarr::DataType> zarr_type(const Datatype& type) {
  if (complex_part(type) != nullptr) return zarr::complex_number(type.size_bytes);
  switch (type.type_class) {
    case Datatype::Class::fixed_point:
      return integer_type(type, type.is_signed);
    case Datatype::Class::bit_field:
      return integer_type(type, false);
    case Datatype::Class::floating_point:
      if (!type.is_ieee) break;
      return zarr::floating(type.size_bytes);
    case Datatype::Class::string:
      return zarr::fixed_bytes(type.size_bytes);
    case Datatype::Class::opaque:
      return datetime_type(type).value_or(zarr::raw_bytes(type.size_bytes));
    case Datatype::Class::enumeration:
      return enumeration_type(type);
    case Datatype::Class::compound:
      return structure_type(type);
    case Datatype::Class::variable_length:
      if (!type.is_text) break;
      return zarr::string();
    case Datatype::Class::time:
    case Datatype::Class::reference:
    case Datatype::Class::array:
    case Datatype::Class::complex:
      break;
  }
  return unsupported(fmt::format("datatype {} has no Zarr type", describe(type)));
}

namespace {

/// Nothing where order has no meaning: single bytes, strings, opaque values.
Result<std::optional<bool>> byte_order(const Datatype& type) {
  if (const Datatype* part = complex_part(type)) return std::optional(part->big_endian);
  if (type.type_class == Datatype::Class::enumeration) return byte_order(type.base.front());
  if (type.type_class == Datatype::Class::compound) {
    std::optional<bool> common;
    for (const Member& member : type.members) {
      VDP_ASSIGN(const std::optional<bool> order, byte_order(member.type));
      if (order && common && *order != *common) return unsupported("a compound whose fields differ in byte order");
      if (order) common = order;
    }
    return common;
  }
  const bool ordered = type.type_class == Datatype::Class::fixed_point ||
                       type.type_class == Datatype::Class::bit_field ||
                       type.type_class == Datatype::Class::floating_point;
  if (!ordered || type.size_bytes == 1) return std::optional<bool>{};
  return std::optional(type.big_endian);
}

}  // namespace

Result<bool> is_big_endian(const Datatype& type) {
  VDP_ASSIGN(const std::optional<bool> order, byte_order(type));
  return order.value_or(false);
}

}  // namespace vdp::hdf5
