// Decoding a chunk's bytes through its array's codecs, and the encoding that our own native chunks use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "zarr/array_metadata.h"
#include "zarr/fill_value.h"

namespace vdp::zarr {

/// The largest chunk that is decoded or encoded; a chunk shape that asks for more is a `limit` error.
constexpr std::uint64_t max_chunk_bytes = std::uint64_t{4} << 30;

/// Bytes of one decoded chunk: `limit` above max_chunk_bytes, so the product is safe to use. Not for `string` arrays.
Result<std::uint64_t> chunk_bytes(const ArrayMetadata& metadata);

/// Whether zarr-python decodes the array's chunks wherever decode_chunk does. `unsupported`, with the reason, where
/// not: netCDF-C puts a checksum before shuffle, and numcodecs.shuffle refuses what is no whole number of elements.
Status check_official_readers(const ArrayMetadata& metadata);

/// One chunk, decoded: elements in C order, each little-endian and size_bytes wide, exactly the chunk shape's
/// number of them. Not for `string` arrays. Codecs: bytes, numcodecs.zlib, numcodecs.gzip/gzip, numcodecs.zstd/zstd,
/// numcodecs.bz2, numcodecs.blosc, numcodecs.shuffle, numcodecs.fletcher32, crc32c; others are `unsupported`, named.
/// Output is bounded by the chunk shape, whatever the bytes claim; checksums are verified.
Result<Bytes> decode_chunk(const ArrayMetadata& metadata, ByteView encoded);

/// One chunk of a `string` array (vlen-utf8: u32 count, then per item u32 length and bytes; little-endian).
Result<std::vector<std::string>> decode_strings(const ArrayMetadata& metadata, ByteView encoded);
Bytes encode_strings(const std::vector<std::string>& values);
/// The same as a chunk of the array: vlen-utf8, and zstd if it follows.
Result<Bytes> encode_string_chunk(const ArrayMetadata& metadata, const std::vector<std::string>& values);

/// Encodes little-endian C-order elements through `bytes` (either order), and zstd if it follows; other codecs are
/// `unsupported`: we never compress on behalf of a source format.
Result<Bytes> encode_chunk(const ArrayMetadata& metadata, ByteView elements);

/// The codecs of arrays that we write ourselves: bytes (little), zstd level 0 with checksum off, as zarr-python's
/// default.
std::vector<Codec> native_codecs(const DataType& type);

/// One element of the array's fill value, little-endian (empty for strings).
inline Result<Bytes> fill_element(const ArrayMetadata& metadata) {
  return fill_element(metadata.data_type, metadata.fill_value);
}

}  // namespace vdp::zarr
