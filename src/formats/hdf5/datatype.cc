#include "formats/hdf5/datatype.h"

#include <fmt/format.h>

#include <algorithm>

#include "formats/hdf5/file_view.h"

namespace vdp::hdf5 {
namespace {

constexpr int max_nesting = 16;

struct Head {
  std::uint8_t version = 0;
  std::uint32_t bits = 0;  ///< the class bit field, 24 bits
};

Status decode_bits(Cursor& cursor, Head head, Datatype& type) {
  type.big_endian = (head.bits & 0x01) != 0;
  type.is_signed = (head.bits & 0x08) != 0;
  VDP_ASSIGN(type.bit_offset, cursor.read_u16("datatype: bit offset"));
  VDP_ASSIGN(type.precision_bits, cursor.read_u16("datatype: precision"));
  return {};
}

struct FloatLayout {
  std::uint8_t sign, exponent_at, exponent_bits, mantissa_at, mantissa_bits;
  std::uint32_t bias;
  bool operator==(const FloatLayout&) const = default;
};

bool is_ieee_layout(const FloatLayout& layout, std::uint32_t size_bytes) {
  switch (size_bytes) {
    case 2:
      return layout == FloatLayout{15, 10, 5, 0, 10, 15};
    case 4:
      return layout == FloatLayout{31, 23, 8, 0, 23, 127};
    case 8:
      return layout == FloatLayout{63, 52, 11, 0, 52, 1023};
    default:
      return false;
  }
}

Status decode_float(Cursor& cursor, Head head, Datatype& type) {
  VDP_TRY(decode_bits(cursor, head, type));
  type.is_signed = true;
  FloatLayout layout{};
  layout.sign = static_cast<std::uint8_t>(head.bits >> 8);
  VDP_ASSIGN(layout.exponent_at, cursor.read_u8("datatype: exponent location"));
  VDP_ASSIGN(layout.exponent_bits, cursor.read_u8("datatype: exponent size"));
  VDP_ASSIGN(layout.mantissa_at, cursor.read_u8("datatype: mantissa location"));
  VDP_ASSIGN(layout.mantissa_bits, cursor.read_u8("datatype: mantissa size"));
  VDP_ASSIGN(layout.bias, cursor.read_u32("datatype: exponent bias"));
  const bool vax_order = (head.bits & 0x40) != 0;
  const bool implied_one = ((head.bits >> 4) & 0x03) == 2;
  type.is_ieee = !vax_order && implied_one && type.bit_offset == 0 && type.precision_bits == 8 * type.size_bytes &&
                 is_ieee_layout(layout, type.size_bytes);
  return {};
}

/// NUL-terminated; before version 3 padded with NULs to a multiple of 8.
Result<std::string> decode_name(Cursor& cursor, std::uint8_t version) {
  std::string name;
  while (true) {
    VDP_ASSIGN(const auto letter, cursor.read_u8("datatype: member name"));
    if (letter == 0) break;
    name.push_back(static_cast<char>(letter));
  }
  if (version < 3) VDP_TRY(cursor.skip((8 - (name.size() + 1) % 8) % 8, "datatype: member name padding"));
  return name;
}

/// Version 1 fields carry the dimensions of an array in place; later ones use the array class.
Status decode_field_dimensions(Cursor& cursor, Datatype& field) {
  VDP_ASSIGN(const auto rank, cursor.read_u8("datatype: field rank"));
  if (rank > 4) return corrupt(fmt::format("datatype: field rank {} found, at most 4 expected", rank));
  VDP_TRY(cursor.skip(3 + 4 + 4, "datatype: field permutation"));
  for (int i = 0; i < 4; ++i) {
    VDP_ASSIGN(const auto length, cursor.read_u32("datatype: field dimension"));
    if (i < rank) field.array_shape.push_back(length);
  }
  return {};
}

Result<Member> decode_field(Cursor& cursor, std::uint8_t version, std::uint32_t compound_size, int depth) {
  Member field;
  VDP_ASSIGN(field.name, decode_name(cursor, version));
  const std::size_t offset_width = version >= 3 ? bytes_to_hold(compound_size) : 4;
  VDP_ASSIGN(const auto offset, cursor.read_uint(offset_width, "datatype: field offset"));
  field.offset_bytes = static_cast<std::uint32_t>(offset);
  Datatype dimensions;
  if (version == 1) VDP_TRY(decode_field_dimensions(cursor, dimensions));
  VDP_ASSIGN(field.type, decode_datatype(cursor, depth + 1));
  if (!dimensions.array_shape.empty()) {
    Datatype array;
    array.type_class = Datatype::Class::array;
    array.array_shape = dimensions.array_shape;
    array.base.push_back(std::move(field.type));
    field.type = std::move(array);
  }
  return field;
}

Status decode_compound(Cursor& cursor, Head head, Datatype& type, int depth) {
  const std::uint32_t count = head.bits & 0xffff;
  for (std::uint32_t i = 0; i < count; ++i) {
    VDP_ASSIGN(Member field, decode_field(cursor, head.version, type.size_bytes, depth));
    type.members.push_back(std::move(field));
  }
  return {};
}

Status decode_enumeration(Cursor& cursor, Head head, Datatype& type, int depth) {
  VDP_ASSIGN(Datatype base, decode_datatype(cursor, depth + 1));
  if (base.size_bytes > cursor.remaining() + 8) return corrupt("datatype: base of an enumeration is too wide");
  const std::uint32_t count = head.bits & 0xffff;
  for (std::uint32_t i = 0; i < count; ++i) {
    Member member;
    VDP_ASSIGN(member.name, decode_name(cursor, head.version));
    type.members.push_back(std::move(member));
  }
  for (Member& member : type.members) {
    VDP_ASSIGN(const ByteView value, cursor.read_bytes(base.size_bytes, "datatype: enumeration value"));
    member.value.assign(value.begin(), value.end());
  }
  type.base.push_back(std::move(base));
  return {};
}

Status decode_array(Cursor& cursor, Head head, Datatype& type, int depth) {
  VDP_ASSIGN(const auto rank, cursor.read_u8("datatype: array rank"));
  if (rank > 32) return corrupt(fmt::format("datatype: array rank {} found, at most 32 expected", rank));
  if (head.version < 3) VDP_TRY(cursor.skip(3, "datatype: array reserved"));
  for (int i = 0; i < rank; ++i) {
    VDP_ASSIGN(const auto length, cursor.read_u32("datatype: array dimension"));
    type.array_shape.push_back(length);
  }
  if (head.version < 3) VDP_TRY(cursor.skip(4ULL * rank, "datatype: array permutation"));
  VDP_ASSIGN(Datatype base, decode_datatype(cursor, depth + 1));
  type.base.push_back(std::move(base));
  return {};
}

Status decode_base(Cursor& cursor, Datatype& type, int depth) {
  VDP_ASSIGN(Datatype base, decode_datatype(cursor, depth + 1));
  type.base.push_back(std::move(base));
  return {};
}

Status decode_properties(Cursor& cursor, Head head, Datatype& type, int depth) {
  switch (type.type_class) {
    case Datatype::Class::fixed_point:
    case Datatype::Class::bit_field:
      return decode_bits(cursor, head, type);
    case Datatype::Class::floating_point:
      return decode_float(cursor, head, type);
    case Datatype::Class::time:
      return cursor.skip(2, "datatype: time precision");
    case Datatype::Class::string:
      type.padding = static_cast<Datatype::Padding>(head.bits & 0x0f);
      return {};
    case Datatype::Class::opaque: {
      VDP_ASSIGN(const ByteView tag, cursor.read_bytes(head.bits & 0xff, "datatype: opaque tag"));
      type.tag = as_text(tag).substr(0, as_text(tag).find('\0'));
      return {};
    }
    case Datatype::Class::compound:
      return decode_compound(cursor, head, type, depth);
    case Datatype::Class::reference:
      type.reference_kind = head.bits & 0x0f;
      return {};
    case Datatype::Class::enumeration:
      return decode_enumeration(cursor, head, type, depth);
    case Datatype::Class::variable_length:
      type.is_text = (head.bits & 0x0f) == 1;
      return decode_base(cursor, type, depth);
    case Datatype::Class::array:
      return decode_array(cursor, head, type, depth);
    case Datatype::Class::complex:
      return decode_base(cursor, type, depth);
  }
  return corrupt(fmt::format("datatype: class {} found, 0 to 11 expected", static_cast<int>(type.type_class)));
}

}  // namespace

bool Datatype::is_boolean() const {
  if (type_class != Class::enumeration || size_bytes != 1 || members.size() != 2 || base.empty()) return false;
  const auto has = [this](std::string_view name, std::uint8_t value) {
    return std::ranges::any_of(members, [&](const Member& m) { return m.name == name && m.value == Bytes{value}; });
  };
  return base[0].type_class == Class::fixed_point && has("FALSE", 0) && has("TRUE", 1);
}

Result<Datatype> decode_datatype(Cursor& cursor, int depth) {
  if (depth > max_nesting) return over_limit(fmt::format("datatype: nested deeper than {}", max_nesting));
  VDP_ASSIGN(const auto class_and_version, cursor.read_u8("datatype: class and version"));
  Head head;
  head.version = class_and_version >> 4;
  if (head.version < 1 || head.version > 5) {
    return corrupt(fmt::format("datatype: version {} found, 1 to 5 expected", head.version));
  }
  VDP_ASSIGN(const auto bits, cursor.read_uint(3, "datatype: class bit field"));
  head.bits = static_cast<std::uint32_t>(bits);
  Datatype type;
  type.type_class = static_cast<Datatype::Class>(class_and_version & 0x0f);
  VDP_ASSIGN(type.size_bytes, cursor.read_u32("datatype: size"));
  VDP_TRY(decode_properties(cursor, head, type, depth));
  if (type.size_bytes == 0) return corrupt("datatype: its size is 0 bytes");
  return type;
}

std::string describe(const Datatype& type) {
  switch (type.type_class) {
    case Datatype::Class::fixed_point:
      return fmt::format("{}-byte integer", type.size_bytes);
    case Datatype::Class::floating_point:
      return fmt::format("{}-byte floating point", type.size_bytes);
    case Datatype::Class::time:
      return "time";
    case Datatype::Class::string:
      return fmt::format("string of {} bytes", type.size_bytes);
    case Datatype::Class::bit_field:
      return fmt::format("{}-byte bit field", type.size_bytes);
    case Datatype::Class::opaque:
      return fmt::format("opaque of {} bytes", type.size_bytes);
    case Datatype::Class::compound:
      return "compound";
    case Datatype::Class::reference:
      return type.reference_kind == 0 ? "object reference" : "region reference";
    case Datatype::Class::enumeration:
      return "enumeration";
    case Datatype::Class::variable_length:
      return type.is_text ? "variable-length string" : "variable-length sequence";
    case Datatype::Class::array:
      return "array";
    case Datatype::Class::complex:
      return "complex";
  }
  return "unknown";
}

}  // namespace vdp::hdf5
