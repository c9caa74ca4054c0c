#include "formats/netcdf3/attribute.h"

#include <fmt/format.h>

#include <bit>
#include <unordered_set>

#include "base/json_append.h"
#include "base/utf8.h"
#include "formats/netcdf3/text.h"

namespace vdp::netcdf3 {
namespace {

/// What a list entry and an attribute without values take, roughly.
constexpr std::uint64_t number_bytes = sizeof(Json);
constexpr std::uint64_t attribute_bytes = sizeof(std::string) + sizeof(Json) + 64;

std::uint64_t big_endian_uint(ByteView bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

Json number(ExternalType type, ByteView bytes) {
  const std::uint64_t bits = big_endian_uint(bytes);
  switch (type) {
    case ExternalType::int8:
      return static_cast<std::int8_t>(bits);
    case ExternalType::int16:
      return static_cast<std::int16_t>(bits);
    case ExternalType::int32:
      return static_cast<std::int32_t>(bits);
    case ExternalType::int64:
      return static_cast<std::int64_t>(bits);
    case ExternalType::float32:
      return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    case ExternalType::float64:
      return std::bit_cast<double>(bits);
    default:
      return bits;
  }
}

std::string text(ByteView values) {
  std::string decoded = utf8_text(as_text(values));
  decoded.erase(decoded.find_last_not_of('\0') + 1);
  return decoded;
}

Json value(const Attribute& attribute) {
  if (attribute.type == ExternalType::character) return text(attribute.values);
  const std::uint64_t width = size_bytes(attribute.type);
  if (attribute.count() == 1) return number(attribute.type, attribute.values);
  Json::array_t list;
  list.reserve(attribute.count());
  for (std::uint64_t i = 0; i < attribute.count(); ++i) {
    list.push_back(number(attribute.type, attribute.values.subspan(i * width, width)));
  }
  return list;
}

/// A text may grow: each byte that is not UTF-8 becomes three.
std::uint64_t memory_of(const Attribute& attribute) {
  const std::uint64_t values =
      attribute.type == ExternalType::character ? 3 * attribute.values.size() : attribute.count() * number_bytes;
  return attribute_bytes + attribute.name.size() + values;
}

}  // namespace

Result<AttributeValues> attribute_values(const std::vector<Attribute>& attributes, MemoryBudget& budget) {
  AttributeValues result;
  result.values.get_ref<Json::object_t&>().reserve(attributes.size());
  std::unordered_set<std::string_view> names;
  for (const Attribute& attribute : attributes) {
    VDP_TRY(budget.charge(memory_of(attribute), "the values of attributes"));
    if (!is_utf8(attribute.name)) {
      result.lost.push_back(fmt::format("attribute {}: its name is not valid UTF-8", shown(attribute.name)));
    } else if (!names.insert(attribute.name).second) {
      result.lost.push_back(fmt::format("attribute {}: a former one has the same name", shown(attribute.name)));
    } else {
      append(result.values, std::string(attribute.name), value(attribute));
    }
  }
  return result;
}

}  // namespace vdp::netcdf3
