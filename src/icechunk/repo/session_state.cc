#include "icechunk/repo/session_state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace vdp::icechunk {

Status SessionState::check_usable() const {
  if (!spent) return {};
  return invalid("the session is spent: the outcome of its commit is unknown; open a new one");
}

Status SessionState::check_writable() const {
  VDP_TRY(check_usable());
  if (forked) return {};
  VDP_TRY(check_committable());
  if (rearranges) return fail(ErrorKind::denied, "the session only moves nodes: write in another one");
  return {};
}

Status SessionState::check_committable() const {
  VDP_TRY(check_usable());
  if (branch) return {};
  return fail(ErrorKind::denied, forked ? "the session is a fork: export its changes, and merge them where it came from"
                                        : "the session is read-only");
}

Result<const NodeSnapshot*> SessionState::node(const std::string& path) const {
  VDP_TRY(check_usable());
  const NodeSnapshot* found = find_node(*base, changes, path);
  if (found == nullptr) return not_found(fmt::format("no node {} in snapshot {}", path, base->id.text()));
  return found;
}

Result<const NodeSnapshot*> SessionState::array(const std::string& path) const {
  VDP_ASSIGN(const NodeSnapshot* found, node(path));
  if (!found->array) return invalid(fmt::format("{} is a group, expected an array", path));
  return found;
}

ArrayRefs SessionState::refs(const NodeSnapshot& array_node) const {
  return {*repository, manifest_files(), array_node, changes.chunks(array_node.id)};
}

Result<GridIndex> grid_index(const NodeSnapshot& array_node, const zarr::Shape& index) {
  const auto& shape = array_node.array->shape;
  bool inside = index.size() == shape.size();
  for (std::size_t d = 0; inside && d < shape.size(); ++d) inside = index[d] < shape[d].chunk_count;
  if (inside) return GridIndex(index.begin(), index.end());
  std::vector<std::uint32_t> grid;
  for (const DimensionExtent& extent : shape) grid.push_back(extent.chunk_count);
  return invalid(fmt::format("{}: found chunk index [{}], expected one inside the grid [{}]", array_node.path,
                             fmt::join(index, ", "), fmt::join(grid, ", ")));
}

}  // namespace vdp::icechunk
