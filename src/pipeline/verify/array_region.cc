#include "pipeline/verify/array_region.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/checked.h"
#include "zarr/box_copy.h"

namespace vdp {
namespace {

using zarr::Shape;

Status check_inside(const zarr::ArrayMetadata& metadata, const ArrayRegion& region) {
  bool inside = region.origin.size() == metadata.rank() && region.shape.size() == metadata.rank();
  for (std::size_t d = 0; inside && d < metadata.rank(); ++d) {
    const auto end = checked_add(region.origin[d], region.shape[d]);
    inside = end && *end <= metadata.shape[d];
  }
  if (inside) return {};
  return invalid(fmt::format("a region of {} at {} in an array of {}", fmt::join(region.shape, " x "),
                             fmt::join(region.origin, ", "), fmt::join(metadata.shape, " x ")));
}

/// One chunk, or as many bytes of fill.
Result<Bytes> read_chunk(const zarr::ArrayMetadata& metadata, const zarr::ChunkReader& read, const Shape& index) {
  VDP_ASSIGN(const auto encoded, read(index));
  if (encoded) return zarr::decode_chunk(metadata, *encoded);
  VDP_ASSIGN(const std::uint64_t size, zarr::chunk_bytes(metadata));
  VDP_ASSIGN(const Bytes fill, zarr::fill_element(metadata));
  Bytes chunk;
  chunk.reserve(size);
  while (chunk.size() < size) chunk.insert(chunk.end(), fill.begin(), fill.end());
  return chunk;
}

/// What a region and one chunk have in common, and where in both it lies.
struct Overlap {
  Shape in_chunk, in_region, shape;
};

Overlap overlap_of(const zarr::ArrayMetadata& metadata, const ArrayRegion& region, const Shape& index) {
  const std::size_t rank = metadata.rank();
  Overlap overlap{Shape(rank), Shape(rank), Shape(rank)};
  for (std::size_t d = 0; d < rank; ++d) {
    const std::uint64_t chunk_begin = index[d] * metadata.chunk_shape[d];
    const std::uint64_t begin = std::max(chunk_begin, region.origin[d]);
    const std::uint64_t end = std::min(chunk_begin + metadata.chunk_shape[d], region.origin[d] + region.shape[d]);
    overlap.in_chunk[d] = begin - chunk_begin;
    overlap.in_region[d] = begin - region.origin[d];
    overlap.shape[d] = end - begin;
  }
  return overlap;
}

/// Calls `visit` for the index of every chunk that the region, which is not empty, meets.
template <typename Visit>
Status for_each_chunk(const zarr::ArrayMetadata& metadata, const ArrayRegion& region, Visit&& visit) {
  const std::size_t rank = metadata.rank();
  Shape first(rank), last(rank);  // both ends included
  for (std::size_t d = 0; d < rank; ++d) {
    first[d] = region.origin[d] / metadata.chunk_shape[d];
    last[d] = (region.origin[d] + region.shape[d] - 1) / metadata.chunk_shape[d];
  }
  Shape index = first;
  for (bool more = true; more;) {
    VDP_TRY(visit(index));
    more = false;
    for (std::size_t d = rank; d-- > 0 && !more;) {
      more = index[d] < last[d];
      index[d] = more ? index[d] + 1 : first[d];
    }
  }
  return {};
}

}  // namespace

Result<Bytes> read_region(const zarr::ArrayMetadata& metadata, const zarr::ChunkReader& read, const ArrayRegion& region,
                          std::uint64_t max_bytes) {
  VDP_TRY(check_inside(metadata, region));
  const std::size_t element = metadata.data_type.size_bytes;
  const auto count = checked_product(region.shape);
  const auto size = count ? checked_multiply<std::uint64_t>(*count, element) : std::nullopt;
  if (!size || *size > max_bytes) {
    return over_limit(fmt::format("a region of {}; {} bytes are allowed", fmt::join(region.shape, " x "), max_bytes));
  }
  Bytes values(*size);
  if (values.empty()) return values;
  VDP_TRY(for_each_chunk(metadata, region, [&](const Shape& index) -> Status {
    VDP_ASSIGN(const Bytes chunk, read_chunk(metadata, read, index));
    const Overlap overlap = overlap_of(metadata, region, index);
    zarr::copy_box(chunk, {metadata.chunk_shape, overlap.in_chunk}, values, {region.shape, overlap.in_region},
                   overlap.shape, element);
    return {};
  }));
  return values;
}

}  // namespace vdp
