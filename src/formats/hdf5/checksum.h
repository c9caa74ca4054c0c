// The checksum of HDF5's metadata structures of version 2 and later: Bob Jenkins' lookup3 (hashlittle, seed 0).
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "formats/hdf5/decoded.h"

namespace vdp::hdf5 {

std::uint32_t lookup3(ByteView bytes);

/// The last four bytes of `block` must be the checksum of those before. `what` and `address` are for the message.
Status verify_checksum(ByteView block, std::string_view what, std::uint64_t address);

}  // namespace vdp::hdf5
