// Bytes to bytes without compression: byte shuffling and checksums.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"

namespace vdp::zarr {

/// Undoes HDF5's shuffle filter: byte k of every element is stored together. Bytes after the last whole element stand
/// at the end as they are. (numcodecs.shuffle refuses such chunks: see check_official_readers.)
Bytes unshuffle(ByteView shuffled, std::uint64_t element_size);

/// The bytes before a checksum, which must be theirs: `corrupt` otherwise. Both checksums are 4 bytes at the end.
Result<ByteView> strip_fletcher32(ByteView bytes);
Result<ByteView> strip_crc32c(ByteView bytes);

std::uint32_t fletcher32(ByteView bytes);  ///< as HDF5 computes it: big-endian 16-bit words, an odd byte in front
std::uint32_t crc32c(ByteView bytes);      ///< RFC 3720, appendix B.4

}  // namespace vdp::zarr
