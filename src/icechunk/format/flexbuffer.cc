// FlexBuffers: https://flatbuffers.dev/internals/#flexbuffers. A buffer is read from its end: last byte the width of
// the root, before it the root's packed type, before it the root itself. Values that do not fit in place are offsets
// backwards. Widths are 1, 2, 4 or 8 bytes. The library's own reader trusts its input, so reading is done here.
#include <flatbuffers/flexbuffers.h>
#include <flatbuffers/util.h>
#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "icechunk/format/metadata_value.h"
#include "icechunk/format/utf8.h"

namespace vdp::icechunk {
namespace {

namespace fx = flexbuffers;

constexpr int max_depth = 64;
/// Every value takes a byte at least, and only keys are shared: more is a vector that holds others again and again.
constexpr std::size_t max_values_per_byte = 1;
constexpr std::size_t max_text_per_byte = 64;

Failure broken(std::string_view what, std::size_t position) {
  return corrupt(fmt::format("flexbuffer, byte {}: {}", position, what));
}

class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}

  Result<Json> root() {
    if (bytes_.size() < 3) return broken("found fewer than 3 bytes", 0);
    const std::uint8_t width = bytes_[bytes_.size() - 1];
    const std::uint8_t packed_type = bytes_[bytes_.size() - 2];
    if (!std::has_single_bit(width) || width > 8) return broken("no width of a root", bytes_.size() - 1);
    if (bytes_.size() - 2 < width) return broken("the root is cut off", 0);
    return value(bytes_.size() - 2 - width, width, packed_type, 0);
  }

 private:
  /// The value in the slot of `width` bytes at `position`.
  Result<Json> value(std::size_t position, std::size_t width, std::uint8_t packed_type, int depth) {
    if (depth > max_depth) return over_limit(fmt::format("flexbuffer nested deeper than {}", max_depth));
    if (++values_ > max_values_per_byte * bytes_.size()) {
      return over_limit(fmt::format("flexbuffer of {} bytes with more values than bytes", bytes_.size()));
    }
    const auto type = static_cast<fx::Type>(packed_type >> 2);
    if (fx::IsInline(type)) return scalar(position, width, type);
    const std::size_t inner_width = std::size_t{1} << (packed_type & 3);
    VDP_ASSIGN(const std::size_t target, follow(position, width));
    switch (type) {
      case fx::FBT_KEY:
        return key(target);
      case fx::FBT_STRING:
        return string(target, inner_width);
      case fx::FBT_INDIRECT_INT:
        return scalar(target, inner_width, fx::FBT_INT);
      case fx::FBT_INDIRECT_UINT:
        return scalar(target, inner_width, fx::FBT_UINT);
      case fx::FBT_INDIRECT_FLOAT:
        return scalar(target, inner_width, fx::FBT_FLOAT);
      case fx::FBT_MAP:
        return map(target, inner_width, depth);
      case fx::FBT_VECTOR:
        return vector(target, inner_width, depth);
      default:
        return typed_vector(target, inner_width, type, depth);
    }
  }

  Result<Json> scalar(std::size_t position, std::size_t width, fx::Type type) {
    if (type == fx::FBT_NULL) return Json(nullptr);
    VDP_ASSIGN(const std::uint64_t bits, read(position, width));
    switch (type) {
      case fx::FBT_INT:
        return Json(sign_extended(bits, width));
      case fx::FBT_UINT:
        return Json(bits);
      case fx::FBT_BOOL:
        return Json(bits != 0);
      default:
        break;
    }
    if (width == 8) return Json(std::bit_cast<double>(bits));
    if (width == 4) return Json(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits))));
    return broken(fmt::format("found a float of {} bytes, expected 4 or 8", width), position);
  }

  Result<Json> string(std::size_t position, std::size_t width) {
    VDP_ASSIGN(const std::size_t size, count_before(position, width, 1));
    return text(position, size);
  }

  Result<Json> key(std::size_t position) {
    VDP_ASSIGN(std::string name, key_text(position));
    return Json(std::move(name));
  }

  Result<Json> vector(std::size_t position, std::size_t width, int depth) {
    // One byte of type per element follows the elements.
    VDP_ASSIGN(const std::size_t size, count_before(position, width, width + 1));
    Json array = Json::array();
    for (std::size_t i = 0; i < size; ++i) {
      VDP_ASSIGN(Json item, value(position + i * width, width, bytes_[position + size * width + i], depth + 1));
      array.push_back(std::move(item));
    }
    return array;
  }

  Result<Json> map(std::size_t position, std::size_t width, int depth) {
    VDP_ASSIGN(const std::size_t size, count_before(position, width, width + 1));
    if (position < 3 * width) return broken("a map without room for its keys", position);
    const std::size_t keys_slot = position - 3 * width;
    VDP_ASSIGN(const std::size_t keys, follow(keys_slot, width));
    VDP_ASSIGN(const std::uint64_t keys_width, read(keys_slot + width, width));
    if (!std::has_single_bit(keys_width) || keys_width > 8) return broken("no width of a map's keys", keys_slot);
    VDP_ASSIGN(const std::size_t key_count, count_before(keys, keys_width, keys_width));
    if (key_count != size) {
      return broken(fmt::format("a map of {} values has {} keys", size, key_count), position);
    }
    Json object = Json::object();
    // The keys are sorted, so no search for a duplicate is needed.
    auto& members = object.get_ref<Json::object_t&>();
    for (std::size_t i = 0; i < size; ++i) {
      VDP_ASSIGN(const std::size_t key_position, follow(keys + i * keys_width, keys_width));
      VDP_ASSIGN(std::string name, key_text(key_position));
      if (!members.empty() && members.back().first >= name) return broken("the keys of a map are not sorted", keys);
      VDP_ASSIGN(Json item, value(position + i * width, width, bytes_[position + size * width + i], depth + 1));
      members.push_back({std::move(name), std::move(item)});
    }
    return object;
  }

  Result<Json> typed_vector(std::size_t position, std::size_t width, fx::Type type, int depth) {
    fx::Type element = fx::FBT_NULL;
    std::size_t size = 0;
    if (fx::IsFixedTypedVector(type)) {
      std::uint8_t fixed_size = 0;
      element = fx::ToFixedTypedVectorElementType(type, &fixed_size);
      size = fixed_size;
    } else if (fx::IsTypedVector(type)) {
      element = fx::ToTypedVectorElementType(type);
      // Kept by the format for old writers: strings without types are read as keys.
      if (type == fx::FBT_VECTOR_STRING_DEPRECATED) element = fx::FBT_KEY;
      VDP_ASSIGN(size, count_before(position, width, width));
    } else {
      return broken(fmt::format("type {} has no place in JSON", static_cast<int>(type)), position);
    }
    Json array = Json::array();
    for (std::size_t i = 0; i < size; ++i) {
      const auto packed = static_cast<std::uint8_t>(element << 2);
      VDP_ASSIGN(Json item, value(position + i * width, width, packed, depth + 1));
      array.push_back(std::move(item));
    }
    return array;
  }

  Result<std::uint64_t> read(std::size_t position, std::size_t width) const {
    if (position > bytes_.size() || bytes_.size() - position < width) {
      return broken(fmt::format("{} bytes reach beyond the end", width), position);
    }
    std::uint64_t bits = 0;
    std::memcpy(&bits, bytes_.data() + position, width);  // little-endian, as the machines that we build for
    return bits;
  }

  static std::int64_t sign_extended(std::uint64_t bits, std::size_t width) {
    const int shift = static_cast<int>(64 - 8 * width);
    return static_cast<std::int64_t>(bits << shift) >> shift;
  }

  /// Offsets go backwards from the slot that holds them.
  Result<std::size_t> follow(std::size_t slot, std::size_t width) const {
    VDP_ASSIGN(const std::uint64_t offset, read(slot, width));
    if (offset > slot) return broken("an offset leads before the start", slot);
    return slot - static_cast<std::size_t>(offset);
  }

  /// The element count that stands before `position`; so many elements of `element_size` do exist.
  Result<std::size_t> count_before(std::size_t position, std::size_t width, std::size_t element_size) const {
    if (position < width) return broken("a vector without room for its length", position);
    VDP_ASSIGN(const std::uint64_t count, read(position - width, width));
    if (count > (bytes_.size() - position) / element_size) {
      return broken(fmt::format("{} elements reach beyond the end", count), position);
    }
    return static_cast<std::size_t>(count);
  }

  Result<std::string> key_text(std::size_t position) {
    const auto* end =
        static_cast<const std::uint8_t*>(std::memchr(bytes_.data() + position, 0, bytes_.size() - position));
    if (end == nullptr) return broken("a key without an end", position);
    VDP_ASSIGN(Json value, text(position, static_cast<std::size_t>(end - (bytes_.data() + position))));
    return value.get<std::string>();
  }

  Result<Json> text(std::size_t position, std::size_t size) {
    text_bytes_ += size;
    if (text_bytes_ > max_text_per_byte * bytes_.size()) {
      return over_limit(
          fmt::format("flexbuffer of {} bytes with more than {} times as much text", bytes_.size(), max_text_per_byte));
    }
    std::string decoded(as_text(bytes_.subspan(position, size)));
    if (!is_utf8(decoded)) return broken("text is not UTF-8", position);
    return Json(std::move(decoded));
  }

  ByteView bytes_;
  std::size_t values_ = 0;
  std::size_t text_bytes_ = 0;
};

void write(fx::Builder& builder, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: {
      const std::size_t start = builder.StartMap();
      for (const auto& [name, item] : value.items()) {
        builder.Key(name);
        write(builder, item);
      }
      builder.EndMap(start);
      break;
    }
    case Json::value_t::array: {
      const std::size_t start = builder.StartVector();
      for (const auto& item : value) write(builder, item);
      builder.EndVector(start, false, false);
      break;
    }
    case Json::value_t::string:
      builder.String(value.get_ref<const std::string&>());
      break;
    case Json::value_t::boolean:
      builder.Bool(value.get<bool>());
      break;
    case Json::value_t::number_integer:
      builder.Int(value.get<std::int64_t>());
      break;
    case Json::value_t::number_unsigned:
      builder.UInt(value.get<std::uint64_t>());
      break;
    case Json::value_t::number_float:
      builder.Double(value.get<double>());
      break;
    default:
      builder.Null();
      break;
  }
}

}  // namespace

Bytes encode_flexbuffer(const Json& value) {
  fx::Builder builder(512, fx::BUILDER_FLAG_SHARE_KEYS);
  write(builder, value);
  builder.Finish();
  return builder.GetBuffer();
}

Result<Json> decode_flexbuffer(ByteView bytes) { return Reader(bytes).root(); }

}  // namespace vdp::icechunk
