#include "zarr/byte_order.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp::zarr {
namespace {

using Kind = DataType::Kind;

/// Width of the numbers that an element is made of; 1 where there is nothing to turn around.
std::size_t number_width(const DataType& type) {
  switch (type.kind) {
    case Kind::signed_integer:
    case Kind::unsigned_integer:
    case Kind::floating:
    case Kind::datetime64:
      return type.size_bytes;
    case Kind::complex:
      return type.size_bytes / 2;
    case Kind::fixed_utf32:
      return 4;
    default:
      return 1;
  }
}

bool has_byte_order(const DataType& type) {
  if (type.kind == Kind::structure) {
    return std::ranges::any_of(type.fields, [](const Field& field) { return has_byte_order(field.type); });
  }
  return number_width(type) > 1;
}

void swap_numbers(std::span<std::uint8_t> bytes, std::size_t width) {
  for (; bytes.size() >= width; bytes = bytes.subspan(width)) std::ranges::reverse(bytes.first(width));
}

}  // namespace

Result<bool> swaps_bytes(const Codec& codec, const DataType& type) {
  const auto endian = codec.configuration.find("endian");
  if (endian != codec.configuration.end() && *endian == "little") return false;
  if (endian != codec.configuration.end() && *endian == "big") return has_byte_order(type);
  if (endian == codec.configuration.end() && !has_byte_order(type)) return false;
  return corrupt(fmt::format("codec bytes: endian must be \"little\" or \"big\", found {}",
                             endian == codec.configuration.end() ? "nothing" : dump_sorted(*endian, -1)));
}

void swap_bytes(const DataType& type, std::span<std::uint8_t> elements) {
  if (type.kind != Kind::structure) {
    if (const std::size_t width = number_width(type); width > 1) swap_numbers(elements, width);
    return;
  }
  for (; elements.size() >= type.size_bytes && type.size_bytes > 0; elements = elements.subspan(type.size_bytes)) {
    auto rest = elements;
    for (const auto& field : type.fields) {
      swap_bytes(field.type, rest.first(field.type.size_bytes));
      rest = rest.subspan(field.type.size_bytes);
    }
  }
}

}  // namespace vdp::zarr
