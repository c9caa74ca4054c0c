#include "zarr/chunk_walk.h"

#include <algorithm>

namespace vdp::zarr {

ChunkWalk::ChunkWalk(const Shape& shape, const ChunkGrid& grid)
    : shape_(shape),
      grid_(grid),
      counts_(grid.used_grid_shape(shape)),
      index_(shape.size()),
      origin_(shape.size()),
      places_(shape.size()) {
  done_ = std::ranges::find(counts_, 0U) != counts_.end();
}

std::uint64_t ChunkWalk::edge(std::size_t dimension) const {
  const DimensionChunks& chunks = grid_.dimensions[dimension];
  return chunks.step != 0 ? chunks.step : chunks.runs[places_[dimension].run].edge;
}

Shape ChunkWalk::chunk_shape() const {
  Shape edges(index_.size());
  for (std::size_t i = 0; i < edges.size(); ++i) edges[i] = edge(i);
  return edges;
}

Shape ChunkWalk::box() const {
  Shape box = chunk_shape();
  for (std::size_t i = 0; i < box.size(); ++i) box[i] = std::min(box[i], shape_[i] - origin_[i]);
  return box;
}

bool ChunkWalk::advance(std::size_t dimension) {
  if (index_[dimension] + 1 == counts_[dimension]) {
    index_[dimension] = 0;
    origin_[dimension] = 0;
    places_[dimension] = {};
    return false;
  }
  ++index_[dimension];
  origin_[dimension] += edge(dimension);
  const DimensionChunks& chunks = grid_.dimensions[dimension];
  RunPlace& place = places_[dimension];
  if (chunks.step == 0 && ++place.chunk == chunks.runs[place.run].count) place = {place.run + 1, 0};
  return true;
}

void ChunkWalk::next() {
  for (std::size_t i = index_.size(); i-- > 0;) {
    if (advance(i)) return;
  }
  done_ = true;
}

}  // namespace vdp::zarr
