#include "zarr/codec_pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "zarr/byte_order.h"
#include "zarr/compression.h"
#include "zarr/filters.h"

namespace vdp::zarr {
namespace {

constexpr std::string_view array_codec = "bytes";
constexpr std::string_view string_codec = "vlen-utf8";
constexpr std::uint64_t checksum_size = 4;

bool is_checksum(const std::string& codec) { return codec == "numcodecs.fletcher32" || codec == "crc32c"; }

/// The most bytes that the codec makes of `size` bytes, with room for a compressor that finds nothing to compress.
std::uint64_t largest_encoding(const Codec& codec, std::uint64_t size) {
  if (codec.name == "numcodecs.shuffle") return size;
  if (is_checksum(codec.name)) return size + checksum_size;
  constexpr std::uint64_t frame = 4096;
  return size + size / 8 + frame;
}

Result<std::uint64_t> shuffled_element_size(const Codec& codec) {
  constexpr std::uint64_t numcodecs_default = 4;
  const auto size = codec.configuration.find("elementsize");
  if (size == codec.configuration.end()) return numcodecs_default;
  if (!size->is_number_integer() || *size < 0) {
    return corrupt(fmt::format("elementsize must be a natural number, found {}", dump_sorted(*size, -1)));
  }
  return size->get<std::uint64_t>();
}

Result<Bytes> decode_bytes(const Codec& codec, ByteView encoded, std::uint64_t max_bytes) {
  const std::string& name = codec.name;
  if (name == "numcodecs.zlib") return decompress_zlib(encoded, max_bytes);
  if (name == "gzip" || name == "numcodecs.gzip") return decompress_gzip(encoded, max_bytes);
  if (name == "zstd" || name == "numcodecs.zstd") return decompress_zstd(encoded, max_bytes);
  if (name == "numcodecs.bz2") return decompress_bzip2(encoded, max_bytes);
  if (name == "numcodecs.blosc") return decompress_blosc(encoded, max_bytes);
  if (name == "numcodecs.shuffle") {
    VDP_ASSIGN(const std::uint64_t element_size, shuffled_element_size(codec));
    return unshuffle(encoded, element_size);
  }
  if (is_checksum(name)) {
    VDP_ASSIGN(const ByteView content, name == "crc32c" ? strip_crc32c(encoded) : strip_fletcher32(encoded));
    return Bytes(content.begin(), content.end());
  }
  return unsupported(fmt::format("codec \"{}\" cannot be decoded here", name));
}

/// Fails unless the first codec is the one that makes bytes of elements, and the only such one.
Status check_first(const ArrayMetadata& metadata, std::string_view expected) {
  if (metadata.codecs.empty()) return corrupt("an array without codecs");
  if (metadata.codecs[0].name != expected) {
    return unsupported(fmt::format("codec \"{}\" of an array of {} (only \"{}\")", metadata.codecs[0].name,
                                   describe(metadata.data_type), expected));
  }
  return {};
}

/// Undoes all codecs but the first, the last one first. `array_bytes` is what the first codec made at most.
Result<Bytes> decode_to_array_bytes(const ArrayMetadata& metadata, ByteView encoded, std::uint64_t array_bytes) {
  std::vector<std::uint64_t> input_bounds;  // of each codec, in encoding order
  std::uint64_t bound = array_bytes;
  for (const auto& codec : metadata.codecs) {
    input_bounds.push_back(bound);
    if (&codec != &metadata.codecs.front()) bound = largest_encoding(codec, bound);
  }
  Bytes decoded;
  for (std::size_t i = metadata.codecs.size(); --i > 0;) {
    const bool is_first_step = i + 1 == metadata.codecs.size();
    const ByteView input = is_first_step ? encoded : ByteView(decoded);
    const std::string place = "codec " + metadata.codecs[i].name;
    VDP_ASSIGN_IN(place, decoded, decode_bytes(metadata.codecs[i], input, input_bounds[i]));
  }
  if (metadata.codecs.size() == 1) decoded.assign(encoded.begin(), encoded.end());
  return decoded;
}

/// The codecs that we encode with: zstd after the first, or nothing.
Result<Bytes> encode_from_array_bytes(const ArrayMetadata& metadata, Bytes bytes) {
  if (metadata.codecs.size() == 1) return bytes;
  const Codec& codec = metadata.codecs[1];
  if (metadata.codecs.size() > 2 || (codec.name != "zstd" && codec.name != "numcodecs.zstd")) {
    return unsupported(fmt::format("encoding with codec \"{}\"", metadata.codecs.back().name));
  }
  const auto level = codec.configuration.find("level");
  const auto checksum = codec.configuration.find("checksum");
  const bool has_level = level != codec.configuration.end() && level->is_number_integer();
  const bool has_checksum = checksum != codec.configuration.end() && checksum->is_boolean();
  return compress_zstd(bytes, has_level ? level->get<int>() : 0, has_checksum && checksum->get<bool>());
}

}  // namespace

Result<std::uint64_t> chunk_bytes(const ArrayMetadata& metadata) {
  const auto count = checked_product(metadata.chunk_shape);
  const auto bytes = count ? checked_multiply<std::uint64_t>(*count, metadata.data_type.size_bytes) : std::nullopt;
  if (!bytes || *bytes > max_chunk_bytes) {
    return over_limit(fmt::format("a chunk of {} elements of {}, more than {} bytes",
                                  fmt::join(metadata.chunk_shape, " x "), describe(metadata.data_type),
                                  max_chunk_bytes));
  }
  return *bytes;
}

Status check_official_readers(const ArrayMetadata& metadata) {
  if (metadata.codecs.empty() || metadata.codecs[0].name != array_codec) return {};
  VDP_ASSIGN(std::uint64_t size, chunk_bytes(metadata));
  for (const Codec& codec : metadata.codecs) {
    if (is_checksum(codec.name)) size += checksum_size;
    if (codec.name != "numcodecs.shuffle") continue;
    VDP_ASSIGN(const std::uint64_t element_size, shuffled_element_size(codec));
    if (element_size > 1 && size % element_size != 0) {
      return unsupported(
          fmt::format("official readers cannot undo its filters: shuffle of {} bytes, a checksum among "
                      "them, in elements of {}",
                      size, element_size));
    }
  }
  return {};
}

Result<Bytes> decode_chunk(const ArrayMetadata& metadata, ByteView encoded) {
  VDP_TRY(check_first(metadata, array_codec));
  VDP_ASSIGN(const bool swaps, swaps_bytes(metadata.codecs[0], metadata.data_type));
  VDP_ASSIGN(const std::uint64_t expected, chunk_bytes(metadata));
  VDP_ASSIGN(Bytes elements, decode_to_array_bytes(metadata, encoded, expected));
  if (elements.size() != expected) {
    return corrupt(fmt::format("a chunk decodes to {} bytes, its shape {} of {} needs {}", elements.size(),
                               fmt::join(metadata.chunk_shape, " x "), describe(metadata.data_type), expected));
  }
  if (swaps) swap_bytes(metadata.data_type, elements);
  return elements;
}

Result<Bytes> encode_chunk(const ArrayMetadata& metadata, ByteView elements) {
  VDP_TRY(check_first(metadata, array_codec));
  VDP_ASSIGN(const bool swaps, swaps_bytes(metadata.codecs[0], metadata.data_type));
  VDP_ASSIGN(const std::uint64_t expected, chunk_bytes(metadata));
  if (elements.size() != expected) {
    return internal(fmt::format("encoding {} bytes as a chunk of {}", elements.size(), expected));
  }
  Bytes bytes(elements.begin(), elements.end());
  if (swaps) swap_bytes(metadata.data_type, bytes);
  return encode_from_array_bytes(metadata, std::move(bytes));
}

Result<std::vector<std::string>> decode_strings(const ArrayMetadata& metadata, ByteView encoded) {
  VDP_TRY(check_first(metadata, string_codec));
  const auto expected = checked_product(metadata.chunk_shape);
  VDP_ASSIGN(const Bytes bytes, decode_to_array_bytes(metadata, encoded, max_chunk_bytes));
  ByteView rest = bytes;
  const auto take_u32 = [&rest]() -> std::optional<std::uint32_t> {
    if (rest.size() < 4) return std::nullopt;
    const std::uint32_t value = rest[0] | rest[1] << 8 | rest[2] << 16 | std::uint32_t{rest[3]} << 24;
    rest = rest.subspan(4);
    return value;
  };
  const auto count = take_u32();
  if (!count || *count != expected) {
    return corrupt(fmt::format("vlen-utf8: {} texts in a chunk of shape {}", count.value_or(0),
                               fmt::join(metadata.chunk_shape, " x ")));
  }
  std::vector<std::string> values;
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto length = take_u32();
    if (!length || *length > rest.size()) {
      return corrupt(fmt::format("vlen-utf8: text {} of {} goes beyond the chunk's end", i, *count));
    }
    values.emplace_back(as_text(rest.first(*length)));
    rest = rest.subspan(*length);
  }
  if (!rest.empty()) return corrupt(fmt::format("vlen-utf8: {} bytes after the last text", rest.size()));
  return values;
}

Bytes encode_strings(const std::vector<std::string>& values) {
  Bytes bytes;
  const auto put_u32 = [&bytes](std::size_t value) {
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  };
  put_u32(values.size());
  for (const auto& value : values) {
    put_u32(value.size());
    bytes.insert(bytes.end(), value.begin(), value.end());
  }
  return bytes;
}

Result<Bytes> encode_string_chunk(const ArrayMetadata& metadata, const std::vector<std::string>& values) {
  VDP_TRY(check_first(metadata, string_codec));
  if (checked_product(metadata.chunk_shape) != values.size()) {
    return internal(
        fmt::format("encoding {} texts as a chunk of shape {}", values.size(), fmt::join(metadata.chunk_shape, " x ")));
  }
  return encode_from_array_bytes(metadata, encode_strings(values));
}

std::vector<Codec> native_codecs(const DataType& type) {
  Codec first{std::string(array_codec), Json::object()};
  if (type.kind == DataType::Kind::string) {
    first.name = string_codec;
  } else if (type.size_bytes > 1) {
    first.configuration["endian"] = "little";
  }
  return {first, {"zstd", {{"level", 0}, {"checksum", false}}}};
}

}  // namespace vdp::zarr
