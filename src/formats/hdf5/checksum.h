// The checksum of HDF5's metadata structures of version 2 and later: Bob Jenkins' lookup3 (hashlittle, seed 0).
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "formats/decoded.h"

namespace vdp::hdf5 {

/// A fuzzer cannot guess checksums, so its builds (VDP_FUZZ) go on behind wrong ones, to where the decoders are.
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
inline constexpr bool checksums_ignored = true;
#else
inline constexpr bool checksums_ignored = false;
#endif

std::uint32_t lookup3(ByteView bytes);

/// The last four bytes of `block` must be the checksum of those before. `what` and `address` are for the message.
Status verify_checksum(ByteView block, std::string_view what, std::uint64_t address);

}  // namespace vdp::hdf5
