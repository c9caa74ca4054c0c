// Gives an array's references new indices along one axis, and writes the manifests that they are in then.
#pragma once

#include <map>
#include <vector>

#include "icechunk/repo/array_refs.h"
#include "icechunk/repo/axis_map.h"
#include "icechunk/repo/manifest_writer.h"
#include "icechunk/repo/object_stage.h"

namespace vdp::icechunk {

/// What a remap made of one array's manifests.
struct RemappedManifests {
  WrittenManifests manifests;
  RefTable changed;  ///< the indices that a chunk left or came to, as missing rows in no order
};

/// Which manifests are written anew, beside those in which a chunk moves.
enum class Renewed {
  none,
  misfits,  ///< those that reach over several cells of the split grid, or share a cell with another
};

/// No chunk is read or written, only where it is. Manifests in which no chunk moves are kept unread; all others are
/// divided into the cells of the split grid at their new places. One cell after the other is put together, so that the
/// memory taken is that of one new manifest, beside the indices that changed.
class ManifestRemap {
 public:
  /// `node` has its shape after the remap, and its manifests before it. Without `objects` nothing is put anywhere.
  ManifestRemap(RepositoryState& repository, ObjectStage* objects, ManifestFiles files, const NodeSnapshot& node,
                std::size_t axis, const AxisMap& map, std::vector<std::uint32_t> cell_shape,
                Renewed renewed = Renewed::none);

  Result<RemappedManifests> write();

 private:
  struct Cell {
    std::vector<std::size_t> sources;  ///< positions among the node's manifests
    ChunkBox bounds;                   ///< around all that the sources may have in the cell
  };

  Status take_moving();
  Status take_misfits();
  Status take_overlapped();
  Status take(std::size_t manifest);
  Status take_spread(std::size_t manifest);
  void give(std::size_t manifest, const ChunkBox& box);
  Status note_dropped(std::size_t manifest);
  Result<RefTable> merge(const GridIndex& position, const Cell& cell, ChunkBox& bounds);
  Status put(const GridIndex& position, const Cell& cell);

  ChunkBox old_box(std::size_t manifest) const;
  Status for_each_of(std::size_t manifest, const ChunkBox& box,
                     const std::function<void(const ChunkRefView&, const GridIndex&)>& visit) const;
  GridIndex cell_of(std::span<const std::uint32_t> index) const;
  ChunkBox box_of(const GridIndex& cell) const;

  RepositoryState& repository_;
  ObjectStage* const objects_;
  const ManifestFiles files_;
  const NodeSnapshot& node_;
  const std::size_t axis_;
  const AxisMap& map_;
  const std::vector<std::uint32_t> cell_shape_;
  const Renewed renewed_;
  const ChunkBox grid_;  ///< after the remap
  std::vector<bool> taken_;
  std::map<GridIndex, Cell> cells_;
  RemappedManifests result_;
};

}  // namespace vdp::icechunk
