// The extents of manifests, and an array's grid, as boxes of chunk indices.
#pragma once

#include <cstddef>
#include <vector>

#include "icechunk/format/snapshot.h"
#include "icechunk/repo/chunk_box.h"

namespace vdp::icechunk {

/// `extents` as a box. A scalar's is the empty one, which holds the one chunk.
ChunkBox extents_box(const ManifestRef& manifest);
/// The other way round; every index of the box is below 2^32.
std::vector<IndexRange> extents_of(const ChunkBox& box);

/// `manifest` belongs to an array of this rank.
Status check_extents(const ManifestRef& manifest, std::size_t rank);

/// By the first chunk of their extents: the order of an array's manifests.
bool begins_before(const ManifestRef& a, const ManifestRef& b);

/// All chunks of an array.
ChunkBox grid_of(const NodeSnapshot& array);

}  // namespace vdp::icechunk
