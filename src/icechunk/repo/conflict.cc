#include "icechunk/repo/conflict.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace vdp::icechunk {

std::string_view to_string(ConflictKind kind) {
  switch (kind) {
    case ConflictKind::new_node_conflicts_with_existing_node:
      return "new_node_conflicts_with_existing_node";
    case ConflictKind::new_node_in_invalid_group:
      return "new_node_in_invalid_group";
    case ConflictKind::zarr_metadata_double_update:
      return "zarr_metadata_double_update";
    case ConflictKind::zarr_metadata_update_of_deleted_array:
      return "zarr_metadata_update_of_deleted_array";
    case ConflictKind::zarr_metadata_update_of_deleted_group:
      return "zarr_metadata_update_of_deleted_group";
    case ConflictKind::chunk_double_update:
      return "chunk_double_update";
    case ConflictKind::chunks_updated_in_deleted_array:
      return "chunks_updated_in_deleted_array";
    case ConflictKind::chunks_updated_in_updated_array:
      return "chunks_updated_in_updated_array";
    case ConflictKind::delete_of_updated_array:
      return "delete_of_updated_array";
    case ConflictKind::delete_of_updated_group:
      return "delete_of_updated_group";
    case ConflictKind::move_operation_cannot_be_rebased:
      return "move_operation_cannot_be_rebased";
    case ConflictKind::new_node_in_deleted_group:
      return "new_node_in_deleted_group";
    case ConflictKind::metadata_update_of_written_chunks:
      break;
  }
  return "metadata_update_of_written_chunks";
}

std::string describe(const Conflict& conflict) {
  constexpr std::size_t shown_chunks = 5;
  std::string text = fmt::format("{} of {}", to_string(conflict.kind), conflict.path);
  for (std::size_t i = 0; i < conflict.chunks.size() && i < shown_chunks; ++i) {
    text += fmt::format("{}[{}]", i == 0 ? ": chunks " : ", ", fmt::join(conflict.chunks[i], ", "));
  }
  if (conflict.chunks.size() > shown_chunks) text += fmt::format(" and {} more", conflict.chunks.size() - shown_chunks);
  return text;
}

}  // namespace vdp::icechunk
