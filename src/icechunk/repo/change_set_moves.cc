// ChangeSet: moves, and what a new base makes of the changes.
#include <algorithm>

#include "icechunk/repo/change_set.h"
#include "icechunk/repo/node_path.h"

namespace vdp::icechunk {

void ChangeSet::move_node(const NodeMove& move, const Snapshot& base) {
  ++revision_;
  std::vector<NodeSnapshot> moving;
  for (const NodeSnapshot* node : all_nodes(base, *this)) {
    if (node->path == move.from || is_below(node->path, move.from)) moving.push_back(*node);
  }
  // All leave before the first arrives: a group may move to where one of its former nodes was.
  for (const NodeSnapshot& node : moving) {
    if (base.find(node.path) != nullptr) {
      nodes_.insert_or_assign(node.path, NodeChange{});
    } else {
      nodes_.erase(node.path);
    }
  }
  for (NodeSnapshot& node : moving) {
    const std::string& first_path = moved_from_.try_emplace(node.id, node.path).first->second;
    node.path = move.to + node.path.substr(move.from.size());
    if (node.path == first_path) {
      moved_from_.erase(node.id);
      nodes_.erase(node.path);
    } else {
      std::string path = node.path;
      nodes_.insert_or_assign(std::move(path), NodeChange{std::move(node), false});
    }
  }
  moves_.push_back(move);
}

void ChangeSet::forget_chunks(const NodeId& node, const std::vector<std::vector<std::uint32_t>>& indices) {
  const auto found = chunks_.find(node);
  if (found == chunks_.end()) return;
  RefTable& table = found->second;
  table.sort();
  std::vector<bool> forgotten(table.size(), false);
  for (const auto& index : indices) {
    if (const auto row = table.find(index)) forgotten[*row] = true;
  }
  RefTable kept(table.rank());
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!forgotten[row]) kept.append(table[row]);
  }
  table = std::move(kept);
}

void ChangeSet::rebase_onto(const Snapshot& tree) {
  for (auto& [path, change] : nodes_) {
    if (!change.node || change.is_new) continue;
    const NodeSnapshot* now = tree.find(path);
    if (now == nullptr || now->id != change.node->id) continue;
    change.node->extra = now->extra;
    if (change.node->array && now->array && !change.remapped) change.node->array->manifests = now->array->manifests;
  }
  std::erase_if(deleted_, [&](const auto& entry) {
    const NodeSnapshot* now = tree.find(entry.second.path);
    return now == nullptr || now->id != entry.first;
  });
  std::erase_if(nodes_, [&](const auto& entry) { return !entry.second.node && tree.find(entry.first) == nullptr; });
}

}  // namespace vdp::icechunk
