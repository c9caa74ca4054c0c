// A session: one snapshot, and the changes on top of it until they are committed. Reads see both.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "icechunk/format/chunk_ref.h"
#include "icechunk/repo/axis_map.h"
#include "icechunk/repo/chunk_box.h"
#include "icechunk/repo/commit_options.h"
#include "icechunk/repo/commit_outcome.h"
#include "icechunk/repo/fork.h"
#include "icechunk/repo/manifest_rewrite.h"
#include "icechunk/repo/manifest_splitting.h"
#include "icechunk/repo/rebase_outcome.h"
#include "manifest/chunk_manifest.h"
#include "zarr/chunk_grid.h"

namespace vdp::icechunk {

enum class NodeKind : std::uint8_t { group, array };

struct NodeSummary {
  std::string path;  ///< absolute: "/", "/group/array"
  NodeKind kind = NodeKind::group;
  NodeId id;
};

class SessionState;

/// Fetches the bytes of a virtual chunk, for read_chunk.
using VirtualChunkReader = std::function<Result<Bytes>(const VirtualChunk&)>;

/// Movable, not copyable; used by one thread at a time. Sessions are independent of each other.
///
/// Paths are absolute and canonical: "/" is the root group, no part is empty, "." or "..". Indices are positions in the
/// array's chunk grid, one number per dimension.
///
/// How a commit goes:
///   1. No changes: the outcome is NothingToCommit.
///   2. For each array whose chunks or grid changed, the changes are divided into the cells of the split grid
///      (ManifestSplitting). Manifests that hold a changed chunk, or reach beyond the grid, are written anew; what is
///      appended to a cell gets a small tail manifest of its own, and tails are merged now and then (ManifestWriter).
///      All other manifests are kept as they are, unread. Each new manifest is written under a random id, and its
///      extents are the bounding box of the references in it.
///   3. The snapshot (all nodes, all manifests with their exact sizes) and the transaction log (which node and which
///      chunk changed) are written under the new snapshot's id. Its time is later than its parent's, always.
///   4. `repo` is read with its version. Where the branch no longer points at the base: if our snapshot is among the
///      repository's (an earlier answer was lost), the outcome is Committed, else CommitConflict.
///   5. `repo` is copied to overwritten/, in effect only for the version just read.
///   6. `repo` with the new snapshot, the moved branch and one more entry in the operations log is put in place of that
///      version only. If somebody was faster, or the answer was lost, go on at 4: the condition makes the repetition
///      harmless, because at most one of our puts can find the version it replaces.
///   7. Where `repo` can no longer be read after a lost answer, the outcome is CommitUnknown.
/// Nothing that was written is ever deleted here: what no branch reaches is collected later.
class Session {
 public:
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  /// The snapshot under the changes.
  const SnapshotId& base() const;
  /// The branch that commit moves; none in a read-only session and in that of a fork.
  const std::optional<std::string>& branch() const;
  bool has_changes() const;

  // ---- Reading ----

  /// All nodes in byte order of their paths.
  std::vector<NodeSummary> nodes() const;
  /// Nothing where there is no such node.
  std::optional<NodeKind> kind(const std::string& path) const;
  /// The node's zarr.json, as it was given. `not_found`.
  Result<std::string> zarr_json(const std::string& path) const;
  /// Of an array of a regular chunk grid: `unsupported` for a rectilinear one, see gridded_array.
  Result<zarr::ArrayMetadata> array_metadata(const std::string& path) const;
  /// Of an array of either chunk grid.
  Result<zarr::GriddedArray> gridded_array(const std::string& path) const;
  /// Attributes of a group or an array; {} where its zarr.json has none.
  Result<Json> attributes(const std::string& path) const;

  /// Nothing where the chunk is missing and reads as fill. `invalid` for an index outside the grid.
  Result<std::optional<ChunkRef>> chunk_ref(const std::string& path, const zarr::Shape& index) const;
  /// Calls `visit` for every present chunk of the box in C order. The view is valid during the call only.
  Status for_each_ref(const std::string& path, const ChunkBox& box,
                      const std::function<void(const ChunkRefView&)>& visit) const;
  /// The chunk's encoded bytes; nothing where it is missing. A virtual chunk is read through `read_virtual`, and is
  /// `denied` where none is given.
  Result<std::optional<Bytes>> read_chunk(const std::string& path, const zarr::Shape& index,
                                          const VirtualChunkReader& read_virtual = nullptr) const;

  // ---- Writing (denied in a read-only session) ----

  /// Makes the group, or gives it new metadata. Its parent must be a group; the root is a group like any other and is
  /// made first. `invalid` where an array has the path.
  Status set_group(const std::string& path, const std::string& zarr_json);
  /// Makes the array, or gives it new metadata and shape. The node stays the same one: its chunks inside the new grid
  /// stay, those outside are dropped. As zarr.json also with a rectilinear chunk grid.
  Status set_array(const std::string& path, const zarr::ArrayMetadata& metadata);
  Status set_array(const std::string& path, const std::string& zarr_json);
  /// With all that is below it. `not_found`.
  Status delete_node(const std::string& path);

  /// Puts the entries of `manifest` into the array's grid, shifted by `origin` chunks. Its grid must fit; entries that
  /// it lacks leave the array's chunks as they are (see clear_box). Inlined entries longer than the configuration's
  /// inline_chunk_threshold_bytes are written as chunk objects at once. References to local files carry the
  /// modification time and no etag, all others the etag where it is known.
  Status set_refs(const std::string& path, const ChunkManifest& manifest, const zarr::Shape& origin);
  /// Encoded bytes of one chunk, at least one byte.
  Status set_chunk(const std::string& path, const zarr::Shape& index, Bytes encoded);
  Status delete_chunk(const std::string& path, const zarr::Shape& index);
  /// Deletes all present chunks of the box (cut to the grid).
  Status clear_box(const std::string& path, const ChunkBox& box);

  // Chunks move along one axis (its position among the dimensions) of an array of a regular grid. Native, inlined and
  // virtual ones all do, and no byte of a chunk is read or written: manifests in which something moves are written anew
  // at once, one after the other. The transaction log names every index that a chunk left or came to. `invalid` where
  // the array has no such axis.

  /// Every chunk goes up by `offset_chunks`, or down; what would leave the grid is dropped, the shape stays.
  Status shift_chunks(const std::string& path, std::size_t axis, std::int64_t offset_chunks);
  /// Makes the array `count` chunks longer, which are empty and come before the one at `at`. `invalid` behind a last
  /// chunk that is not full.
  Status insert_chunks(const std::string& path, std::size_t axis, std::uint64_t at, std::uint64_t count);
  /// All runs of chunks at once; chunks of no run are dropped, the shape stays. `invalid` where two runs have an index
  /// in common, before or after, or reach beyond the grid.
  Status reindex_chunks(const std::string& path, std::size_t axis, const std::vector<ChunkRun>& mapping);

  /// In a session of Repository::rearrange_session only: the node, with all that is below it, gets another path. Ids,
  /// metadata and chunks stay. The new parent exists and is a group, the new path is free and not below the node.
  Status move_node(const std::string& from, const std::string& to);

  /// Divides the array's references anew among manifests, one for each cell of `splitting`; those that are so already
  /// stay. No chunk changes, and the transaction log names none. A dry run changes nothing, and goes in a read-only
  /// session, too.
  Result<ManifestRewrite> rewrite_manifests(const std::string& path, const ManifestSplitting& splitting,
                                            bool dry_run = false);

  /// Forgets all changes.
  void discard();

  /// After Committed the session stands on the new snapshot without changes and can be used on. After CommitUnknown it
  /// is spent: every further call that can fail does. `metadata` is an object of any JSON values. An error means that
  /// the branch was not moved by us, and that the changes are kept.
  Result<CommitOutcome> commit(const std::string& message, const Json& metadata = Json::object());
  /// The same, and where the branch has moved and `options.solver` is given: rebase, and commit again. Then the
  /// metadata gets {"__icechunk": {"rebase_attempts": N}}, as by the official library. A conflict that is not solved is
  /// in the CommitConflict; the session stands on the last commit that it could be rebased over.
  Result<CommitOutcome> commit(const std::string& message, const Json& metadata, const CommitOptions& options);
  /// Commits the changes in place of the branch's tip, which is the session's base: the new snapshot has the tip's
  /// parent, its transaction log tells what both changed, and the former tip stays until it is collected. The outcomes
  /// are those of commit; `allow_empty` gives the tip a new message though nothing changed. `invalid` for the first
  /// snapshot of a repository, and where the tip moved nodes and the session did not.
  Result<CommitOutcome> amend(const std::string& message, const Json& metadata = Json::object(),
                              bool allow_empty = false);
  /// Writes the changes as a snapshot that no branch names, also where there are none: it can be read by its id until
  /// it is collected. The session stands on it afterwards and is read-only.
  Result<CommitOutcome> flush(const std::string& message, const Json& metadata = Json::object());

  /// Makes the branch's tip the session's base, commit by commit from the oldest, and lays the changes over it. Where a
  /// commit conflicts with them in a way that `solver` does not solve, the session stays on the one before it. A
  /// session that moves nodes moves them again, with what others have put into them. `not_found` where the transaction
  /// log of a commit is missing; `conflict` where the branch no longer descends from the base.
  Result<RebaseOutcome> rebase(const ConflictSolver& solver);

  /// What a worker needs to write beside this session: its base, and the changes that it has by now (see fork.h).
  Result<Fork> fork() const;
  /// What this session changed, those of its own fork included. Chunks that wait for a commit are put into the store
  /// first. `unsupported` after chunks were moved along an axis.
  Result<Fork> export_changes();
  /// Adds what a fork of this session, or of one on the same base, has changed. Where both did the same, it is done
  /// once. `conflict` where both changed the same differently, naming it (see change_merge.h); `invalid` for a fork of
  /// another repository or another base. After an error the session is as it was.
  Status merge(const Fork& changes);

 private:
  friend class Repository;
  explicit Session(std::unique_ptr<SessionState> state);
  std::unique_ptr<SessionState> state_;
};

}  // namespace vdp::icechunk
