// Copying a box of elements between two arrays in C order: chunks into an array, and an array into chunks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "zarr/array_metadata.h"

namespace vdp::zarr {

/// Where a box lies within an array of `shape`.
struct BoxPlace {
  const Shape& shape;
  const Shape& origin;

  /// Position in C order of the box's element `index`.
  std::uint64_t position(const Shape& index) const {
    std::uint64_t position = 0;
    for (std::size_t i = 0; i < index.size(); ++i) position = position * shape[i] + origin[i] + index[i];
    return position;
  }
};

/// Calls copy_row(from, to, count), positions in C order, for every run of elements along the last dimension. All
/// shapes have one rank, and the box lies within both arrays.
template <typename CopyRow>
void for_each_row(const BoxPlace& from, const BoxPlace& to, const Shape& box, CopyRow&& copy_row) {
  if (std::ranges::find(box, 0U) != box.end()) return;
  const std::uint64_t row = box.empty() ? 1 : box.back();
  Shape index(box.size());
  const auto advance = [&] {
    for (std::size_t i = index.empty() ? 0 : index.size() - 1; i-- > 0;) {
      if (++index[i] < box[i]) return true;
      index[i] = 0;
    }
    return false;
  };
  do {
    copy_row(from.position(index), to.position(index), row);
  } while (advance());
}

/// Copies `box` elements of `element_size` bytes; the buffers hold both arrays whole.
void copy_box(ByteView from, const BoxPlace& from_place, std::span<std::uint8_t> to, const BoxPlace& to_place,
              const Shape& box, std::size_t element_size);

}  // namespace vdp::zarr
