// Arrays and values that the tests of this room share.
#pragma once

#include <cstring>
#include <string_view>
#include <vector>

#include "zarr/codec_pipeline.h"

namespace vdp::zarr {

/// The numbers as they lie in memory.
template <typename T>
Bytes bytes_of(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// An array of one chunk.
inline ArrayMetadata array_of(DataType type, Shape chunk_shape, std::string_view codecs) {
  ArrayMetadata metadata;
  metadata.shape = chunk_shape;
  metadata.chunk_shape = std::move(chunk_shape);
  metadata.fill_value = default_fill_value(type);
  metadata.data_type = std::move(type);
  const Json list = *parse_json(codecs);
  for (const auto& codec : list) {
    metadata.codecs.push_back({codec["name"].get<std::string>(), codec.value("configuration", Json::object())});
  }
  return metadata;
}

inline constexpr const char* little = R"([{"name": "bytes", "configuration": {"endian": "little"}}])";
inline constexpr const char* big = R"([{"name": "bytes", "configuration": {"endian": "big"}}])";

inline constexpr const char* texts = R"([{"name": "vlen-utf8", "configuration": {}}])";

}  // namespace vdp::zarr
