// Bytes to bytes: compressed streams, whose output is bounded by the caller and never by what they claim.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"

namespace vdp::zarr {

/// `corrupt` for damaged or truncated streams, `limit` where more than `max_bytes` would come out: then at most about
/// that much memory was used. `max_bytes` is less than 2^63.
Result<Bytes> decompress_zlib(ByteView compressed, std::uint64_t max_bytes);
Result<Bytes> decompress_gzip(ByteView compressed, std::uint64_t max_bytes);
Result<Bytes> decompress_zstd(ByteView compressed, std::uint64_t max_bytes);
Result<Bytes> decompress_bzip2(ByteView compressed, std::uint64_t max_bytes);
Result<Bytes> decompress_blosc(ByteView compressed, std::uint64_t max_bytes);

/// One zstd frame; level 0 is zstd's default.
Result<Bytes> compress_zstd(ByteView bytes, int level, bool checksum);

}  // namespace vdp::zarr
