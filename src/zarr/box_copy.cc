#include "zarr/box_copy.h"

#include <cstring>

namespace vdp::zarr {

void copy_box(ByteView from, const BoxPlace& from_place, std::span<std::uint8_t> to, const BoxPlace& to_place,
              const Shape& box, std::size_t element_size) {
  for_each_row(from_place, to_place, box, [&](std::uint64_t source, std::uint64_t target, std::uint64_t count) {
    std::memcpy(to.data() + target * element_size, from.data() + source * element_size, count * element_size);
  });
}

}  // namespace vdp::zarr
