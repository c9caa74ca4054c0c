#include "icechunk/repo/change_set.h"

#include <algorithm>

namespace vdp::icechunk {

bool ChangeSet::empty() const {
  const bool no_chunks = std::ranges::all_of(chunks_, [](const auto& entry) { return entry.second.empty(); });
  return nodes_.empty() && deleted_groups_.empty() && deleted_arrays_.empty() && no_chunks;
}

void ChangeSet::clear() { *this = ChangeSet(); }

const NodeChange* ChangeSet::find(const std::string& path) const {
  const auto found = nodes_.find(path);
  return found == nodes_.end() ? nullptr : &found->second;
}

void ChangeSet::add_node(NodeSnapshot node) {
  std::string path = node.path;
  nodes_.insert_or_assign(std::move(path), NodeChange{std::move(node), true});
}

void ChangeSet::update_node(NodeSnapshot node) {
  NodeChange& change = nodes_[node.path];
  change.node = std::move(node);
}

void ChangeSet::delete_node(const NodeSnapshot& node, bool in_base) {
  const NodeId id = node.id;
  const bool is_array = node.array.has_value();
  const std::string path = node.path;  // `node` may be the entry that goes
  const NodeChange* change = find(path);
  const bool was_new = change != nullptr && change->is_new;
  chunks_.erase(id);
  if (in_base) {
    nodes_.insert_or_assign(path, NodeChange{});
  } else {
    nodes_.erase(path);
  }
  if (!was_new) (is_array ? deleted_arrays_ : deleted_groups_).push_back(id);
}

const RefTable* ChangeSet::chunks(const NodeId& node) const {
  const auto found = chunks_.find(node);
  if (found == chunks_.end()) return nullptr;
  found->second.sort();
  return &found->second;
}

RefTable& ChangeSet::chunks_to_change(const NodeId& node, std::size_t rank) {
  return chunks_.try_emplace(node, rank).first->second;
}

TransactionLog ChangeSet::transaction_log(const SnapshotId& id) const {
  TransactionLog log;
  log.id = id;
  for (const auto& [path, change] : nodes_) {
    if (!change.node) continue;
    const bool is_array = change.node->array.has_value();
    auto& ids = change.is_new ? (is_array ? log.new_arrays : log.new_groups)
                              : (is_array ? log.updated_arrays : log.updated_groups);
    ids.push_back(change.node->id);
  }
  log.deleted_groups = deleted_groups_;
  log.deleted_arrays = deleted_arrays_;
  for (auto* ids : {&log.new_groups, &log.new_arrays, &log.updated_groups, &log.updated_arrays, &log.deleted_groups,
                    &log.deleted_arrays}) {
    std::ranges::sort(*ids);
  }
  for (auto& [node, table] : chunks_) {
    if (table.empty()) continue;
    table.sort();
    UpdatedChunks updated{node, table.rank(), table.size(), {}};
    updated.indices.reserve(table.size() * table.rank());
    for (std::size_t row = 0; row < table.size(); ++row) {
      const auto index = table.index(row);
      updated.indices.insert(updated.indices.end(), index.begin(), index.end());
    }
    log.updated_chunks.push_back(std::move(updated));
  }
  return log;
}

const NodeSnapshot* find_node(const Snapshot& base, const ChangeSet& changes, const std::string& path) {
  if (const NodeChange* change = changes.find(path)) return change->node ? &*change->node : nullptr;
  return base.find(path);
}

std::vector<const NodeSnapshot*> all_nodes(const Snapshot& base, const ChangeSet& changes) {
  std::vector<const NodeSnapshot*> nodes;
  nodes.reserve(base.nodes.size() + changes.nodes().size());
  for (const NodeSnapshot& node : base.nodes) {
    if (changes.find(node.path) == nullptr) nodes.push_back(&node);
  }
  for (const auto& [path, change] : changes.nodes()) {
    if (change.node) nodes.push_back(&*change.node);
  }
  std::ranges::sort(nodes, {}, [](const NodeSnapshot* node) -> const std::string& { return node->path; });
  return nodes;
}

}  // namespace vdp::icechunk
