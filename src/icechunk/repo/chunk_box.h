// A half-open box of chunk indices.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "zarr/array_metadata.h"

namespace vdp::icechunk {

/// begin <= index < end in every dimension. Of rank 0: the one chunk of a scalar array.
struct ChunkBox {
  zarr::Shape begin;
  zarr::Shape end;

  /// All of a grid.
  static ChunkBox whole(const zarr::Shape& grid_shape) { return {zarr::Shape(grid_shape.size(), 0), grid_shape}; }
  bool contains(std::span<const std::uint32_t> index) const;
  bool operator==(const ChunkBox&) const = default;
};

/// Makes `box` the smallest one around itself and `index`, or another box. One without dimensions takes them over.
void extend(ChunkBox& box, std::span<const std::uint32_t> index);
void extend(ChunkBox& box, const ChunkBox& by);

/// The indices that lie in both boxes, which have one rank; nothing where there are none.
std::optional<ChunkBox> intersection(const ChunkBox& a, const ChunkBox& b);

/// Whether in C order every index of `a` comes before every index of `b`. Neither box is empty.
bool precedes(const ChunkBox& a, const ChunkBox& b);

}  // namespace vdp::icechunk
