// The values of a box of an array, decoded through the array's own chunk grid and codecs.
#pragma once

#include <cstdint>

#include "zarr/values.h"

namespace vdp {

/// A box of elements: `origin` and `shape`, one number per dimension.
struct ArrayRegion {
  zarr::Shape origin;
  zarr::Shape shape;
};

/// The region's elements in C order, little-endian; only the chunks that it meets are read. Missing chunks are fill.
/// `invalid` where it does not lie in the array, `limit` where it is larger than `max_bytes`. Not for string arrays.
Result<Bytes> read_region(const zarr::ArrayMetadata& metadata, const zarr::ChunkReader& read, const ArrayRegion& region,
                          std::uint64_t max_bytes);

}  // namespace vdp
