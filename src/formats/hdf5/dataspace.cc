#include "formats/hdf5/dataspace.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/checked.h"

namespace vdp::hdf5 {
namespace {
constexpr std::uint8_t max_rank = 32;
}

Result<std::uint64_t> Dataspace::element_count() const {
  if (is_null) return 0;
  const auto count = checked_product(shape);
  if (!count) return corrupt(fmt::format("dataspace: shape ({}) has more than 2^64 elements", fmt::join(shape, ", ")));
  return *count;
}

Result<Dataspace> decode_dataspace(const FileView& file, Cursor cursor) {
  VDP_ASSIGN(const auto version, cursor.read_u8("dataspace: version"));
  VDP_ASSIGN(const auto rank, cursor.read_u8("dataspace: rank"));
  VDP_ASSIGN(const auto flags, cursor.read_u8("dataspace: flags"));
  Dataspace space;
  if (rank > max_rank) return corrupt(fmt::format("dataspace: rank {} found, at most {} expected", rank, max_rank));
  if (version == 1) {
    VDP_TRY(cursor.skip(5, "dataspace: reserved"));
  } else if (version == 2) {
    VDP_ASSIGN(const auto kind, cursor.read_u8("dataspace: type"));
    if (kind > 2) return corrupt(fmt::format("dataspace: type {} found, 0 to 2 expected", kind));
    space.is_null = kind == 2;
  } else {
    return corrupt(fmt::format("dataspace: version {} found, 1 or 2 expected", version));
  }
  for (int i = 0; i < rank; ++i) {
    VDP_ASSIGN(const auto length, file.read_length(cursor, "dataspace: dimension"));
    space.shape.push_back(length);
  }
  space.max_shape = space.shape;
  if ((flags & 0x01) == 0) return space;
  for (int i = 0; i < rank; ++i) {
    VDP_ASSIGN(const Address length, file.read_length(cursor, "dataspace: maximum dimension"));
    const std::size_t width = file.geometry().length_bytes;
    const bool all_ones = width < 8 && length == (std::uint64_t{1} << (8 * width)) - 1;
    space.max_shape[static_cast<std::size_t>(i)] = all_ones ? undefined_address : length;
  }
  return space;
}

}  // namespace vdp::hdf5
