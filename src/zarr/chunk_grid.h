// ChunkGrid: how an array is cut into chunks, regularly or with edges of different lengths.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "zarr/array_metadata.h"

namespace vdp::zarr {

/// So many chunks of one length follow one another.
struct ChunkRun {
  std::uint64_t edge = 0;
  std::uint64_t count = 0;
  bool operator==(const ChunkRun&) const = default;
};

/// The chunks along one dimension: one edge for all, or the edges one after the other.
struct DimensionChunks {
  std::uint64_t step = 0;      ///< 0 where `runs` tell
  std::vector<ChunkRun> runs;  ///< neighbours have different edges

  /// Chunks that a dimension of this length has. Edges that are listed count all, also those beyond the length: so
  /// zarr-python and the official icechunk number them.
  std::uint64_t count(std::uint64_t length) const;
  /// Those of them that begin before the length.
  std::uint64_t used_count(std::uint64_t length) const;
  /// The edge of the chunk at this position, which is below count().
  std::uint64_t edge(std::uint64_t position) const;
  bool operator==(const DimensionChunks&) const = default;
};

struct ChunkGrid {
  std::vector<DimensionChunks> dimensions;

  static ChunkGrid regular(const Shape& chunk_shape);
  /// The chunk shape of a regular grid; nothing for a rectilinear one.
  std::optional<Shape> regular_shape() const;
  Shape grid_shape(const Shape& shape) const;
  /// The part of it that begins inside the shape.
  Shape used_grid_shape(const Shape& shape) const;
  /// The shape of one chunk, before the array's end cuts it.
  Shape chunk_shape(const Shape& index) const;
  /// Each chunk that `former` has is the same one here; there may be more.
  bool continues(const ChunkGrid& former) const;
};

/// What of a zarr.json says where chunks lie.
struct ArrayGrid {
  Shape shape;
  ChunkGrid chunks;
  /// One per dimension, an unnamed dimension has none; empty where the array names no dimension at all.
  std::vector<std::optional<std::string>> dimension_names;

  std::size_t rank() const { return shape.size(); }
};

/// The grids `regular`, and `rectilinear` of kind "inline": per dimension an edge for all, or a list of edges and of
/// [edge, count]. Their edges reach the end of the shape. Others are `unsupported`.
Result<ChunkGrid> parse_chunk_grid(const Json& value, const Shape& shape);

/// Of an array whose other metadata need not be known here: data type and codecs are not looked at.
Result<ArrayGrid> parse_array_grid(const Json& document);

/// An array of any chunk grid: `metadata.chunk_shape` is the shape of its first chunk, which others may not have.
struct GriddedArray {
  ArrayMetadata metadata;
  ChunkGrid chunks;
};

/// As parse_array_metadata, also of a rectilinear grid.
Result<GriddedArray> parse_gridded_array(const Json& document);

/// One chunk of an array, by its position in the grid, as an array of that one chunk: what decode_chunk needs where the
/// chunks of an array have different shapes. A dimension without chunks counts as having one.
Result<ArrayMetadata> parse_chunk_as_array(const Json& document, const Shape& index);

}  // namespace vdp::zarr
