// Making, changing and deleting nodes through a session.
#include <fmt/format.h>

#include "icechunk/repo/node_metadata.h"
#include "icechunk/repo/node_path.h"
#include "icechunk/repo/session.h"
#include "icechunk/repo/session_state.h"

namespace vdp::icechunk {
namespace {

Status check_parent(const SessionState& session, const std::string& path) {
  if (path == "/") return {};
  const std::string parent = parent_path(path);
  const NodeSnapshot* node = find_node(*session.base, session.changes, parent);
  if (node == nullptr) return invalid(fmt::format("{}: its parent {} does not exist", path, parent));
  if (node->array) return invalid(fmt::format("{}: its parent {} is an array, expected a group", path, parent));
  return {};
}

/// Chunks that begin beyond the new shape are deleted, so that they do not come back when the array grows again.
Status delete_chunks_outside(SessionState& session, const NodeSnapshot& former, const zarr::Shape& used_grid) {
  const auto& old_shape = former.array->shape;
  RefTable outside(old_shape.size());
  for (std::size_t d = 0; d < old_shape.size(); ++d) {
    if (used_grid[d] >= old_shape[d].chunk_count) continue;
    ChunkBox box;
    for (const DimensionExtent& extent : old_shape) {
      box.begin.push_back(0);
      box.end.push_back(extent.chunk_count);
    }
    box.begin[d] = used_grid[d];
    VDP_TRY(session.refs(former).for_each(box, [&](const ChunkRefView& ref) { outside.append_missing(ref.index); }));
  }
  if (outside.empty()) return {};
  RefTable& changes = session.changes.chunks_to_change(former.id, old_shape.size());
  for (std::size_t row = 0; row < outside.size(); ++row) changes.append_missing(outside.index(row));
  return {};
}

Status put_array(SessionState& session, const std::string& path, const zarr::ArrayGrid& grid,
                 const std::string& zarr_json) {
  VDP_TRY(session.check_writable());
  VDP_TRY(check_path(path));
  VDP_TRY(check_parent(session, path));
  VDP_ASSIGN(ArrayNode array, array_node(path, grid));
  const NodeSnapshot* former = find_node(*session.base, session.changes, path);
  if (former == nullptr) {
    session.changes.add_node({NodeId::random(session.repository->random()), path, zarr_json, std::move(array), {}});
    return {};
  }
  if (!former->array) return invalid(fmt::format("{}: a group has this path already", path));
  if (former->zarr_json == zarr_json) return {};
  if (former->array->shape.size() != array.shape.size()) {
    return invalid(fmt::format("{}: found rank {}, expected {} as before: delete the array first", path,
                               array.shape.size(), former->array->shape.size()));
  }
  VDP_TRY(delete_chunks_outside(session, *former, grid.chunks.used_grid_shape(grid.shape)));
  NodeSnapshot next = *former;
  next.zarr_json = zarr_json;
  array.manifests = std::move(next.array->manifests);
  next.array = std::move(array);
  session.changes.update_node(std::move(next));
  return {};
}

/// A fork tells what it changed. That a node which it was given is no longer there, and never was in the base, it
/// cannot.
Status check_not_inherited(const SessionState& session, const NodeSnapshot& node) {
  if (!session.inherited.contains(node.id)) return {};
  return invalid(
      fmt::format("{}: the session that was forked made it and has not committed it: delete it there", node.path));
}

zarr::ArrayGrid grid_of(const zarr::ArrayMetadata& metadata) {
  zarr::ArrayGrid grid{metadata.shape, {}, metadata.dimension_names};
  for (const std::uint64_t edge : metadata.chunk_shape) grid.chunks.dimensions.push_back({edge, {}});
  return grid;
}

}  // namespace

Status Session::set_group(const std::string& path, const std::string& zarr_json) {
  VDP_TRY(state_->check_writable());
  VDP_TRY(check_path(path));
  VDP_TRY(check_parent(*state_, path));
  VDP_TRY(check_group_metadata(path, zarr_json));
  const NodeSnapshot* former = find_node(*state_->base, state_->changes, path);
  if (former == nullptr) {
    state_->changes.add_node({NodeId::random(state_->repository->random()), path, zarr_json, {}, {}});
    return {};
  }
  if (former->array) return invalid(fmt::format("{}: an array has this path already", path));
  if (former->zarr_json == zarr_json) return {};
  NodeSnapshot next = *former;
  next.zarr_json = zarr_json;
  state_->changes.update_node(std::move(next));
  return {};
}

Status Session::set_array(const std::string& path, const zarr::ArrayMetadata& metadata) {
  return put_array(*state_, path, grid_of(metadata), zarr::zarr_json(metadata));
}

Status Session::set_array(const std::string& path, const std::string& zarr_json) {
  VDP_ASSIGN(const zarr::ArrayGrid grid, checked_array_grid(path, zarr_json));
  return put_array(*state_, path, grid, zarr_json);
}

Status Session::delete_node(const std::string& path) {
  VDP_TRY(state_->check_writable());
  VDP_TRY(state_->node(path));
  std::vector<std::string> doomed;
  for (const NodeSnapshot* node : all_nodes(*state_->base, state_->changes)) {
    if (node->path == path || is_below(node->path, path)) doomed.push_back(node->path);
  }
  for (const std::string& one : doomed) {
    VDP_TRY(check_not_inherited(*state_, *find_node(*state_->base, state_->changes, one)));
  }
  for (const std::string& one : doomed) {
    const NodeSnapshot* node = find_node(*state_->base, state_->changes, one);
    state_->changes.delete_node(*node, state_->base->find(one) != nullptr);
  }
  return {};
}

}  // namespace vdp::icechunk
