#include "icechunk/repo/manifest_extents.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp::icechunk {

ChunkBox extents_box(const ManifestRef& manifest) {
  ChunkBox box;
  for (const IndexRange& range : manifest.extents) {
    box.begin.push_back(range.from);
    box.end.push_back(range.to);
  }
  return box;
}

std::vector<IndexRange> extents_of(const ChunkBox& box) {
  std::vector<IndexRange> extents;
  for (std::size_t d = 0; d < box.begin.size(); ++d) {
    extents.push_back({static_cast<std::uint32_t>(box.begin[d]), static_cast<std::uint32_t>(box.end[d])});
  }
  return extents;
}

Status check_extents(const ManifestRef& manifest, std::size_t rank) {
  if (manifest.extents.size() == rank) return {};
  return corrupt(fmt::format("manifest {}: found extents of {} dimensions, expected {}", manifest.id.text(),
                             manifest.extents.size(), rank));
}

bool begins_before(const ManifestRef& a, const ManifestRef& b) {
  return std::ranges::lexicographical_compare(a.extents, b.extents, {}, &IndexRange::from, &IndexRange::from);
}

ChunkBox grid_of(const NodeSnapshot& array) {
  zarr::Shape chunk_counts;
  for (const DimensionExtent& extent : array.array->shape) chunk_counts.push_back(extent.chunk_count);
  return ChunkBox::whole(chunk_counts);
}

}  // namespace vdp::icechunk
