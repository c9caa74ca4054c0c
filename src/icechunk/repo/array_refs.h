// The references of one array as a session sees them: the base's manifests under the session's changes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "icechunk/format/chunk_ref.h"
#include "icechunk/repo/chunk_box.h"
#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {

/// Position in a chunk grid, as manifests hold it.
using GridIndex = std::vector<std::uint32_t>;

/// `extents` as a box. A scalar's is the empty one, which holds the one chunk.
ChunkBox extents_box(const ManifestRef& manifest);

/// `manifest` belongs to an array of this rank.
Status check_extents(const ManifestRef& manifest, std::size_t rank);

class ArrayRefs {
 public:
  /// `changes`: sorted, or null. All arguments outlive the object.
  ArrayRefs(RepositoryState& repository, const Snapshot& base, const NodeSnapshot& node, const RefTable* changes)
      : repository_(repository), base_(base), node_(node), changes_(changes) {}

  Result<std::optional<ChunkRef>> find(const GridIndex& index) const;
  /// In C order, and with one manifest after the other in memory where their extents follow one another.
  Status for_each(const ChunkBox& box, const std::function<void(const ChunkRefView&)>& visit) const;

 private:
  /// What a manifest has to say about a box.
  struct Part {
    const ManifestRef* manifest;
    ChunkBox box;
  };
  Result<std::shared_ptr<const Manifest>> load(const ManifestRef& manifest) const;
  Result<std::vector<Part>> parts_in(const ChunkBox& box) const;

  RepositoryState& repository_;
  const Snapshot& base_;
  const NodeSnapshot& node_;
  const RefTable* changes_;
};

}  // namespace vdp::icechunk
