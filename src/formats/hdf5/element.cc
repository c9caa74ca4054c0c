#include "formats/hdf5/element.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "base/json.h"
#include "base/utf8.h"

namespace vdp::hdf5 {
namespace {

/// IEEE 754 half precision: sign (1), exponent (5), mantissa (10).
double half_to_double(std::uint16_t bits) {
  const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
  const int exponent = (bits >> 10) & 0x1f;
  const int mantissa = bits & 0x3ff;
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  if (exponent == 31) return mantissa == 0 ? sign * HUGE_VAL : std::nan("");
  return sign * std::ldexp(mantissa + 1024, exponent - 25);
}

Result<Json> integer_value(const Datatype& type, bool is_signed, ByteView bytes) {
  if (!is_plain_integer(type)) {
    return unsupported(fmt::format("an integer of {} bits at bit {} in {} bytes", type.precision_bits, type.bit_offset,
                                   type.size_bytes));
  }
  if (is_signed) return Json(signed_value(type, bytes));
  return Json(unsigned_value(type, bytes));
}

}  // namespace

std::uint64_t unsigned_value(const Datatype& type, ByteView bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 8; ++i) {
    value = value << 8 | bytes[type.big_endian ? i : bytes.size() - 1 - i];
  }
  return value;
}

std::int64_t signed_value(const Datatype& type, ByteView bytes) {
  const std::uint64_t value = unsigned_value(type, bytes);
  const unsigned unused_bits = 64 - 8 * static_cast<unsigned>(bytes.size());
  return static_cast<std::int64_t>(value << unused_bits) >> unused_bits;
}

double float_value(const Datatype& type, ByteView bytes) {
  const std::uint64_t bits = unsigned_value(type, bytes);
  if (bytes.size() == 2) return half_to_double(static_cast<std::uint16_t>(bits));
  if (bytes.size() == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return std::bit_cast<double>(bits);
}

bool is_plain_integer(const Datatype& type) {
  const std::uint32_t size = type.size_bytes;
  return (size == 1 || size == 2 || size == 4 || size == 8) && type.bit_offset == 0 && type.precision_bits == 8 * size;
}

std::string_view fixed_text(const Datatype& type, ByteView bytes) {
  std::string_view text = as_text(bytes);
  if (type.padding == Datatype::Padding::null_terminated) return text.substr(0, text.find('\0'));
  if (type.padding == Datatype::Padding::space_padded) text = text.substr(0, text.find_last_not_of(' ') + 1);
  return text.substr(0, text.find_last_not_of('\0') + 1);
}

Result<Json> element_value(const Datatype& type, ByteView bytes) {
  switch (type.type_class) {
    case Datatype::Class::fixed_point:
      return integer_value(type, type.is_signed, bytes);
    case Datatype::Class::bit_field:
      return integer_value(type, false, bytes);
    case Datatype::Class::enumeration:
      if (type.base.front().size_bytes != type.size_bytes) return corrupt("an enumeration wider than its base");
      if (type.is_boolean()) return Json(bytes[0] != 0);
      return element_value(type.base.front(), bytes);
    case Datatype::Class::floating_point:
      if (!type.is_ieee)
        return unsupported(fmt::format("a {}-byte floating point that is not IEEE 754", type.size_bytes));
      return Json(float_value(type, bytes));
    case Datatype::Class::string: {
      const std::string_view text = fixed_text(type, bytes);
      if (!is_utf8(text)) return unsupported("its text is not valid UTF-8");
      return Json(text);
    }
    default:
      return unsupported(fmt::format("values of type {}", describe(type)));
  }
}

}  // namespace vdp::hdf5
