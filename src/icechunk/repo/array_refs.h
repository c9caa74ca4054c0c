// The references of one array as a session sees them: the base's manifests under the session's changes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "icechunk/format/chunk_ref.h"
#include "icechunk/repo/manifest_extents.h"
#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {

/// Position in a chunk grid, as manifests hold it.
using GridIndex = std::vector<std::uint32_t>;

/// Where the entries of manifests are: in the base, or among those that the session has written itself.
class ManifestFiles {
 public:
  // Both outlive the object. NOLINTNEXTLINE(google-explicit-constructor): mostly there is nothing but the base.
  ManifestFiles(const Snapshot& base, const std::map<ManifestId, ManifestFile>* own = nullptr)
      : base_(&base), own_(own) {}
  /// null where there is none.
  const ManifestFile* find(const ManifestId& id) const;

 private:
  const Snapshot* base_;
  const std::map<ManifestId, ManifestFile>* own_;
};

class ArrayRefs {
 public:
  /// `changes`: sorted, or null. All arguments outlive the object.
  ArrayRefs(RepositoryState& repository, ManifestFiles files, const NodeSnapshot& node, const RefTable* changes)
      : repository_(repository), files_(files), node_(node), changes_(changes) {}

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
  const ManifestFiles files_;
  const NodeSnapshot& node_;
  const RefTable* changes_;
};

}  // namespace vdp::icechunk
