// Conflict: why a session's changes cannot be laid over a commit that somebody else has made meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vdp::icechunk {

/// "Ours" are the session's changes, "theirs" those of the commit that it is to be rebased over. The first eleven are
/// those of the official library. It does not see the last two, and each would lose or damage somebody's work.
enum class ConflictKind : std::uint8_t {
  new_node_conflicts_with_existing_node,  ///< ours makes or moves a node where theirs has one
  new_node_in_invalid_group,              ///< ours makes a node below what is an array now, or in a group that is gone
  zarr_metadata_double_update,
  zarr_metadata_update_of_deleted_array,
  zarr_metadata_update_of_deleted_group,
  chunk_double_update,              ///< both wrote or deleted the same chunks
  chunks_updated_in_deleted_array,  ///< ours wrote chunks of an array that theirs deleted
  chunks_updated_in_updated_array,  ///< ours wrote chunks of an array whose metadata theirs changed
  delete_of_updated_array,          ///< ours deletes what theirs changed, or has put in its place
  delete_of_updated_group,
  move_operation_cannot_be_rebased,   ///< theirs moved nodes, or ours moves what is no longer there
  new_node_in_deleted_group,          ///< theirs made a node in a group that ours deletes
  metadata_update_of_written_chunks,  ///< theirs wrote chunks that the array as ours describes it reads otherwise
};

struct Conflict {
  ConflictKind kind = ConflictKind::zarr_metadata_double_update;
  std::string path;  ///< of the node that it is about
  /// The chunks that it is about, as positions in the array's grid and in C order; none where it is about the node.
  std::vector<std::vector<std::uint32_t>> chunks;
  bool solvable = false;  ///< a ConflictSolver is asked about it

  bool operator==(const Conflict&) const = default;
};

/// "chunk_double_update".
std::string_view to_string(ConflictKind kind);
/// "chunk_double_update of /a: chunks [1, 0], [2, 0] and 5 more".
std::string describe(const Conflict& conflict);

}  // namespace vdp::icechunk
