// Divides an array's references among manifests, and writes those that must be new.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "icechunk/repo/array_refs.h"
#include "icechunk/repo/object_stage.h"

namespace vdp::icechunk {

/// What a commit makes of one array's manifests.
struct WrittenManifests {
  std::vector<ManifestRef> refs;    ///< all of the array, by their first chunk
  std::vector<ManifestFile> files;  ///< of the new ones
};

/// Which of a cell's kept manifests a new one of `size` references takes in, as positions in `kept_sizes`. A manifest
/// is taken in where it is at most twice as large as all that is merged before it, so that each reference is rewritten
/// a logarithmic number of times; and the smallest ones until at most `max_manifests_per_cell` are left. A complete
/// cell is made one manifest: nothing is appended to it any more. Full manifests, of more than half of what one may
/// hold, neither count nor are taken in.
std::vector<std::size_t> tails_to_merge(const std::vector<std::uint64_t>& kept_sizes, std::uint64_t size,
                                        bool cell_complete);
inline constexpr std::size_t max_manifests_per_cell = 8;

/// For one array and one commit. What goes into which new manifest is decided by extents alone; then one manifest after
/// the other is put together, so that the memory taken is that of one.
class ManifestWriter {
 public:
  /// `node` has the new shape and the base's manifests; `changes` (sorted, or null) what was written and deleted.
  ManifestWriter(RepositoryState& repository, ObjectStage& objects, ManifestFiles files, const NodeSnapshot& node,
                 const RefTable* changes, std::vector<std::uint32_t> cell_shape);

  Result<WrittenManifests> write();

 private:
  /// What goes into one new manifest.
  struct Cell {
    std::vector<ManifestRef> sources;  ///< of the base
    ChunkBox bounds;                   ///< around the changes and the sources; no indices before the first
    std::vector<RowRange> changes;     ///< rows of changes_ that are no deletions
    std::uint64_t ref_count = 0;       ///< at most
  };

  void add_changes();
  Status take_touched();
  Result<bool> take_overlapped();
  Result<bool> take_tails();
  Status take(std::size_t manifest);
  Status take_spread(const ManifestRef& manifest);
  Result<RefTable> merge(const GridIndex& position, const Cell& cell);
  Status put(const GridIndex& position, const Cell& cell, WrittenManifests& written);
  Status put_merged(RefTable refs, WrittenManifests& written);
  Result<ManifestId> put_rows(const RefRows& rows, WrittenManifests& written);

  GridIndex cell_of(std::span<const std::uint32_t> index) const;
  std::optional<GridIndex> cell_of(const ChunkBox& extents) const;
  ChunkBox box_of(const GridIndex& cell) const;
  bool is_complete(const GridIndex& cell, const ChunkBox& bounds) const;
  bool holds_change(const ChunkBox& extents) const;
  std::uint64_t ref_count(const ManifestRef& manifest) const;

  RepositoryState& repository_;
  ObjectStage& objects_;
  const ManifestFiles files_;
  const NodeSnapshot& node_;
  const RefTable* changes_;
  const std::size_t rank_;
  const std::vector<std::uint32_t> cell_shape_;
  const ChunkBox grid_;
  std::vector<bool> taken_;  ///< per manifest of the base: it is replaced
  std::map<GridIndex, Cell> cells_;
};

}  // namespace vdp::icechunk
