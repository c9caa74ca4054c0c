// ChunkWalk: the chunks of an array one after the other, whatever its chunk grid.
#pragma once

#include "zarr/chunk_grid.h"

namespace vdp::zarr {

/// Walks the chunks that begin inside the array's shape, in C order. Shape and grid must outlive it.
class ChunkWalk {
 public:
  ChunkWalk(const Shape& shape, const ChunkGrid& grid);

  bool done() const { return done_; }
  const Shape& index() const { return index_; }    ///< in the grid
  const Shape& origin() const { return origin_; }  ///< of the chunk's first element in the array
  Shape chunk_shape() const;                       ///< before the array's end cuts it
  Shape box() const;                               ///< how much of the chunk lies within the array
  void next();

 private:
  /// Where along the listed edges of one dimension the walk is, so that no step counts them from the first one on.
  struct RunPlace {
    std::size_t run = 0;
    std::uint64_t chunk = 0;  ///< of the run
  };

  std::uint64_t edge(std::size_t dimension) const;
  /// To the next chunk of the dimension, or back to its first one: whether there was a next one.
  bool advance(std::size_t dimension);

  const Shape& shape_;
  const ChunkGrid& grid_;
  Shape counts_;
  Shape index_;
  Shape origin_;
  std::vector<RunPlace> places_;
  bool done_ = false;
};

}  // namespace vdp::zarr
