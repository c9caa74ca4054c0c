#include "zarr/box_copy.h"

#include <cstring>

namespace vdp::zarr {

void copy_box(ByteView from, const BoxPlace& from_place, std::span<std::uint8_t> to, const BoxPlace& to_place,
              const Shape& box, std::size_t element_size) {
  for_each_row(from_place, to_place, box, [&](std::uint64_t source, std::uint64_t target, std::uint64_t count) {
    std::memcpy(to.data() + target * element_size, from.data() + source * element_size, count * element_size);
  });
}

ChunkWalk::ChunkWalk(const ArrayMetadata& metadata)
    : metadata_(metadata), grid_(metadata.grid_shape()), index_(metadata.rank()), origin_(metadata.rank()) {
  done_ = std::ranges::find(grid_, 0U) != grid_.end();
}

Shape ChunkWalk::box() const {
  Shape box(index_.size());
  for (std::size_t i = 0; i < box.size(); ++i) {
    box[i] = std::min(metadata_.chunk_shape[i], metadata_.shape[i] - origin_[i]);
  }
  return box;
}

void ChunkWalk::next() {
  for (std::size_t i = index_.size(); i-- > 0;) {
    const bool within = ++index_[i] < grid_[i];
    if (!within) index_[i] = 0;
    origin_[i] = index_[i] * metadata_.chunk_shape[i];
    if (within) return;
  }
  done_ = true;
}

}  // namespace vdp::zarr
