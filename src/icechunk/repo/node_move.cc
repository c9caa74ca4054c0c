#include "icechunk/repo/node_move.h"

#include <fmt/format.h>

#include "icechunk/repo/node_path.h"

namespace vdp::icechunk {

Status move_node(const Snapshot& base, ChangeSet& changes, const std::string& from, const std::string& to) {
  VDP_TRY(check_path(from));
  VDP_TRY(check_path(to));
  if (from == "/" || to == "/") return invalid(fmt::format("{} to {}: the root is not moved", from, to));
  const NodeSnapshot* node = find_node(base, changes, from);
  if (node == nullptr) return not_found(fmt::format("no node {} to move", from));
  if (is_below(to, from)) return invalid(fmt::format("{}: cannot move into itself, to {}", from, to));
  if (find_node(base, changes, to) != nullptr) return invalid(fmt::format("{}: {} exists already", from, to));
  const std::string parent_of_target = parent_path(to);
  const NodeSnapshot* parent = find_node(base, changes, parent_of_target);
  if (parent == nullptr) return invalid(fmt::format("{}: the new parent {} does not exist", from, parent_of_target));
  if (parent->array) {
    return invalid(fmt::format("{}: the new parent {} is an array, expected a group", from, parent_of_target));
  }
  changes.move_node({from, to, node->id}, base);
  return {};
}

}  // namespace vdp::icechunk
