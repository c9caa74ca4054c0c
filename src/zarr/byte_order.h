// The `bytes` codec: elements in either byte order.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/error.h"
#include "zarr/array_metadata.h"

namespace vdp::zarr {

/// Whether the `bytes` codec turns elements of `type` around: false for little-endian, and for types that have no byte
/// order. `corrupt` for any other `endian`.
Result<bool> swaps_bytes(const Codec& codec, const DataType& type);

/// Turns every number of every element around, in place. `elements` holds whole elements.
void swap_bytes(const DataType& type, std::span<std::uint8_t> elements);

}  // namespace vdp::zarr
