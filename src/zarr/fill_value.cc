#include "zarr/fill_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "base/base64.h"
#include "base/json.h"
#include "zarr/float16.h"

namespace vdp::zarr {
namespace {

using Kind = DataType::Kind;

static_assert(std::endian::native == std::endian::little, "elements are copied as they lie in memory");

constexpr std::int64_t not_a_time = std::numeric_limits<std::int64_t>::min();

Failure misfit(const DataType& type, const Json& value) {
  return corrupt(fmt::format("fill_value {} is none of data type {}", dump_sorted(value, -1), describe(type)));
}

template <typename T>
Bytes bytes_of(T value, std::size_t size = sizeof(T)) {
  Bytes bytes(sizeof(T));
  std::memcpy(bytes.data(), &value, sizeof(T));
  bytes.resize(size);
  return bytes;
}

/// The lowest bytes of an integer, little-endian, extended by its sign where `is_signed`.
std::uint64_t integer_of(ByteView bytes, bool is_signed) {
  std::uint64_t value = is_signed && (bytes.back() & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  return value;
}

// ---- Numbers from JSON

/// An integer, or a float that is one (some writers put 0.0 for integers).
std::optional<std::int64_t> whole_number(const Json& value) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) return {};
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const double number = value.get<double>();
  constexpr double beyond = 0x1p63;
  if (number != std::floor(number) || number < -beyond || number >= beyond) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

Result<Bytes> signed_element(const DataType& type, const Json& value) {
  const auto number = whole_number(value);
  const std::int64_t max = std::numeric_limits<std::int64_t>::max() >> (64 - 8 * type.size_bytes);
  if (!number || *number > max || *number < -max - 1) return misfit(type, value);
  return bytes_of(*number, type.size_bytes);
}

Result<Bytes> unsigned_element(const DataType& type, const Json& value) {
  const std::uint64_t max = std::numeric_limits<std::uint64_t>::max() >> (64 - 8 * type.size_bytes);
  std::uint64_t number = 0;
  if (value.is_number_unsigned()) {
    number = value.get<std::uint64_t>();
  } else if (const auto whole = whole_number(value); whole && *whole >= 0) {
    number = static_cast<std::uint64_t>(*whole);
  } else {
    return misfit(type, value);
  }
  if (number > max) return misfit(type, value);
  return bytes_of(number, type.size_bytes);
}

Bytes float_bytes(double number, std::uint32_t size_bytes) {
  if (size_bytes == 2) return bytes_of(double_to_float16(number));
  if (size_bytes == 4) return bytes_of(static_cast<float>(number));
  return bytes_of(number);
}

/// "0x7fc00000": all the bits, most significant first (core specification, "Permitted fill values").
std::optional<Bytes> hexadecimal_bits(const std::string& text, std::uint32_t size_bytes) {
  if (!text.starts_with("0x") || text.size() != 2 + 2 * std::size_t{size_bytes}) return std::nullopt;
  std::uint64_t bits = 0;
  const auto parsed = std::from_chars(text.data() + 2, text.data() + text.size(), bits, 16);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return bytes_of(bits, size_bytes);
}

Result<Bytes> float_element(const DataType& type, const Json& value) {
  if (value.is_number()) return float_bytes(value.get<double>(), type.size_bytes);
  if (!value.is_string()) return misfit(type, value);
  const auto text = value.get<std::string>();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (text == "NaN") return float_bytes(std::numeric_limits<double>::quiet_NaN(), type.size_bytes);
  if (text == "Infinity") return float_bytes(infinity, type.size_bytes);
  if (text == "-Infinity") return float_bytes(-infinity, type.size_bytes);
  auto bits = hexadecimal_bits(text, type.size_bytes);
  if (!bits) return misfit(type, value);
  return std::move(*bits);
}

Result<Bytes> complex_element(const DataType& type, const Json& value) {
  if (!value.is_array() || value.size() != 2) return misfit(type, value);
  const DataType part = floating(type.size_bytes / 2);
  VDP_ASSIGN(Bytes bytes, float_element(part, value[0]));
  VDP_ASSIGN(const Bytes imaginary, float_element(part, value[1]));
  bytes.insert(bytes.end(), imaginary.begin(), imaginary.end());
  return bytes;
}

Result<Bytes> datetime_element(const DataType& type, const Json& value) {
  if (value.is_string() && value == "NaT") return bytes_of(not_a_time);
  return signed_element(type, value);
}

// ---- Text and bytes from JSON

/// Base64, or the list of byte values that the core specification has for raw bits. Shorter ones are padded with NUL
/// where the type allows padding.
Result<Bytes> bytes_element(const DataType& type, const Json& value) {
  Bytes bytes;
  if (value.is_string()) {
    auto decoded = base64_decode(value.get<std::string>());
    if (!decoded) return misfit(type, value);
    bytes = std::move(*decoded);
  } else if (value.is_array()) {
    for (const auto& item : value) {
      const auto byte = whole_number(item);
      if (!byte || *byte < 0 || *byte > 255) return misfit(type, value);
      bytes.push_back(static_cast<std::uint8_t>(*byte));
    }
  } else {
    return misfit(type, value);
  }
  const bool fits = type.kind == Kind::fixed_bytes ? bytes.size() <= type.size_bytes : bytes.size() == type.size_bytes;
  if (!fits) return misfit(type, value);
  bytes.resize(type.size_bytes);
  return bytes;
}

/// The code point at the front of well-formed UTF-8, which it takes off.
std::optional<std::uint32_t> take_code_point(std::string_view& text) {
  const auto lead = static_cast<std::uint8_t>(text.front());
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || length > text.size()) return std::nullopt;
  std::uint32_t code_point = length == 1 ? lead : lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    code_point = code_point << 6 | (byte & 0x3f);
  }
  text.remove_prefix(length);
  return code_point;
}

void append_code_point(std::string& text, std::uint32_t code_point) {
  const auto trailing = [&](int shift) { text += static_cast<char>(0x80 | (code_point >> shift & 0x3f)); };
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    text += static_cast<char>(0xc0 | code_point >> 6);
    trailing(0);
  } else if (code_point < 0x10000) {
    text += static_cast<char>(0xe0 | code_point >> 12);
    trailing(6), trailing(0);
  } else {
    text += static_cast<char>(0xf0 | code_point >> 18);
    trailing(12), trailing(6), trailing(0);
  }
}

Result<Bytes> utf32_element(const DataType& type, const Json& value) {
  if (!value.is_string()) return misfit(type, value);
  Bytes bytes;
  std::string_view rest = value.get_ref<const std::string&>();
  while (!rest.empty()) {
    const auto code_point = take_code_point(rest);
    if (!code_point || bytes.size() == type.size_bytes) return misfit(type, value);
    const Bytes unit = bytes_of(*code_point);
    bytes.insert(bytes.end(), unit.begin(), unit.end());
  }
  bytes.resize(type.size_bytes);
  return bytes;
}

/// An object by field, or base64 of the whole as earlier versions of zarr-python wrote it.
Result<Bytes> structure_element(const DataType& type, const Json& value) {
  if (value.is_string()) return bytes_element(raw_bytes(type.size_bytes), value);
  if (!value.is_object() || value.size() != type.fields.size()) return misfit(type, value);
  Bytes bytes;
  for (const auto& field : type.fields) {
    const auto part = value.find(field.name);
    if (part == value.end()) return misfit(type, value);
    VDP_ASSIGN_IN(field.name, const Bytes element, fill_element(field.type, *part));
    bytes.insert(bytes.end(), element.begin(), element.end());
  }
  return bytes;
}

// ---- To JSON

Json float_json(double number) {
  Json value = number;
  replace_non_finite(value);
  return value;
}

double float_of(ByteView bytes) {
  if (bytes.size() == 2) return float16_to_double(static_cast<std::uint16_t>(integer_of(bytes, false)));
  if (bytes.size() == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(integer_of(bytes, false)));
  return std::bit_cast<double>(integer_of(bytes, false));
}

Result<Json> utf32_json(ByteView element) {
  std::string text;
  for (; element.size() >= 4; element = element.subspan(4)) {
    const auto code_point = static_cast<std::uint32_t>(integer_of(element.first(4), false));
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point < 0xe000)) {
      return corrupt(fmt::format("fill value: {:#x} is no Unicode code point", code_point));
    }
    append_code_point(text, code_point);
  }
  text.erase(text.find_last_not_of('\0') + 1);
  return text;
}

Result<Json> structure_json(const DataType& type, ByteView element) {
  Json value = Json::object();
  for (const auto& field : type.fields) {
    VDP_ASSIGN(value[field.name], fill_value_of(field.type, element.first(field.type.size_bytes)));
    element = element.subspan(field.type.size_bytes);
  }
  return value;
}

Json padded_bytes_json(ByteView element) {
  while (!element.empty() && element.back() == 0) element = element.first(element.size() - 1);
  return base64_encode(element);
}

}  // namespace

Result<Bytes> fill_element(const DataType& type, const Json& fill_value) {
  switch (type.kind) {
    case Kind::boolean:
      if (!fill_value.is_boolean()) return misfit(type, fill_value);
      return Bytes{static_cast<std::uint8_t>(fill_value.get<bool>())};
    case Kind::signed_integer:
      return signed_element(type, fill_value);
    case Kind::unsigned_integer:
      return unsigned_element(type, fill_value);
    case Kind::floating:
      return float_element(type, fill_value);
    case Kind::complex:
      return complex_element(type, fill_value);
    case Kind::fixed_bytes:
    case Kind::raw_bytes:
      return bytes_element(type, fill_value);
    case Kind::string:
      if (!fill_value.is_string()) return misfit(type, fill_value);
      return Bytes{};
    case Kind::fixed_utf32:
      return utf32_element(type, fill_value);
    case Kind::structure:
      return structure_element(type, fill_value);
    case Kind::datetime64:
      return datetime_element(type, fill_value);
  }
  return internal("a data type of no known kind");
}

Result<Json> fill_value_of(const DataType& type, ByteView element) {
  if (element.size() != type.size_bytes) {
    return internal(fmt::format("fill value of {} bytes for data type {}", element.size(), describe(type)));
  }
  switch (type.kind) {
    case Kind::boolean:
      return element[0] != 0;
    case Kind::signed_integer:
    case Kind::datetime64:
      return static_cast<std::int64_t>(integer_of(element, true));
    case Kind::unsigned_integer:
      return integer_of(element, false);
    case Kind::floating:
      return float_json(float_of(element));
    case Kind::complex:
      return Json::array({float_json(float_of(element.first(element.size() / 2))),
                          float_json(float_of(element.subspan(element.size() / 2)))});
    case Kind::fixed_bytes:
      return padded_bytes_json(element);
    case Kind::raw_bytes:
      return base64_encode(element);
    case Kind::string:
      return "";
    case Kind::fixed_utf32:
      return utf32_json(element);
    case Kind::structure:
      return structure_json(type, element);
  }
  return internal("a data type of no known kind");
}

Json default_fill_value(const DataType& type) {
  if (type.kind == Kind::datetime64) return not_a_time;
  auto value = fill_value_of(type, Bytes(type.size_bytes));  // all zero bytes are a value of every other type
  return value ? std::move(*value) : Json();
}

}  // namespace vdp::zarr
