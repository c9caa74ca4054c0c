#include "icechunk/repo/change_set.h"

#include <algorithm>
#include <deque>

#include "icechunk/repo/node_path.h"

namespace vdp::icechunk {

bool ChangeSet::empty() const {
  const bool no_chunks = std::ranges::all_of(chunks_, [](const auto& entry) { return entry.second.empty(); });
  return nodes_.empty() && deleted_.empty() && moved_from_.empty() && no_chunks;
}

void ChangeSet::clear() {
  const std::uint64_t next_revision = revision_ + 1;
  *this = ChangeSet();
  revision_ = next_revision;
}

const NodeChange* ChangeSet::find(const std::string& path) const {
  const auto found = nodes_.find(path);
  return found == nodes_.end() ? nullptr : &found->second;
}

void ChangeSet::add_node(NodeSnapshot node) {
  ++revision_;
  std::string path = node.path;
  nodes_.insert_or_assign(std::move(path), NodeChange{std::move(node), true});
}

void ChangeSet::update_node(NodeSnapshot node) {
  ++revision_;
  NodeChange& change = nodes_[node.path];
  change.node = std::move(node);
  change.same_metadata = false;
}

void ChangeSet::remap_array(const RemapId& id, const NodeSnapshot& node, std::vector<ManifestRef> manifests,
                            const std::vector<ManifestFile>& new_files, const RefTable& changed, RefTable chunks) {
  ++revision_;
  const NodeId array = node.id;
  const auto [entry, inserted] = nodes_.try_emplace(node.path);
  NodeChange& change = entry->second;
  if (inserted) {
    change.node = node;
    change.same_metadata = true;
  }
  change.remapped = id;
  change.node->array->manifests = std::move(manifests);
  for (const ManifestFile& file : new_files) own_manifests_.insert_or_assign(file.id, file);
  RefTable& moved = moved_.try_emplace(array, changed.rank()).first->second;
  for (std::size_t row = 0; row < changed.size(); ++row) moved.append_missing(changed.index(row));
  chunks_.insert_or_assign(array, std::move(chunks));
}

const RefTable* ChangeSet::moved_chunks(const NodeId& node) const {
  const auto found = moved_.find(node);
  if (found == moved_.end()) return nullptr;
  found->second.sort();
  return &found->second;
}

void ChangeSet::delete_node(const NodeSnapshot& node, bool in_base) {
  ++revision_;
  const NodeId id = node.id;
  const bool is_array = node.array.has_value();
  const std::string path = node.path;  // `node` may be the entry that goes
  const NodeChange* change = find(path);
  const bool was_new = change != nullptr && change->is_new;
  chunks_.erase(id);
  moved_.erase(id);
  if (in_base) {
    nodes_.insert_or_assign(path, NodeChange{});
  } else {
    nodes_.erase(path);
  }
  if (!was_new) deleted_.insert_or_assign(id, DeletedNode{path, is_array});
}

const RefTable* ChangeSet::chunks(const NodeId& node) const {
  const auto found = chunks_.find(node);
  if (found == chunks_.end()) return nullptr;
  found->second.sort();
  return &found->second;
}

RefTable& ChangeSet::chunks_to_change(const NodeId& node, std::size_t rank) {
  ++revision_;
  return chunks_.try_emplace(node, rank).first->second;
}

/// In order, each index once.
UpdatedChunks ChangeSet::updated_chunks(const NodeId& node, std::size_t rank) const {
  static const RefTable none(0);
  const RefTable* written = chunks(node);
  const RefTable* moved = moved_chunks(node);
  if (written == nullptr) written = &none;
  if (moved == nullptr) moved = &none;
  UpdatedChunks updated{node, rank, 0, {}};
  updated.indices.reserve((written->size() + moved->size()) * rank);
  for (std::size_t a = 0, b = 0; a < written->size() || b < moved->size(); ++updated.count) {
    const bool from_written =
        b == moved->size() || (a < written->size() && !index_less(moved->index(b), written->index(a)));
    const auto index = from_written ? written->index(a) : moved->index(b);
    if (b < moved->size() && std::ranges::equal(index, moved->index(b))) ++b;
    if (from_written) ++a;
    updated.indices.insert(updated.indices.end(), index.begin(), index.end());
  }
  return updated;
}

std::vector<NodeId> ChangeSet::written_arrays() const {
  std::vector<NodeId> ids;
  for (const auto& [id, table] : chunks_) {
    if (!table.empty()) ids.push_back(id);
  }
  return ids;
}

TransactionLog ChangeSet::node_log(const SnapshotId& id) const {
  TransactionLog log;
  log.id = id;
  for (const auto& [path, change] : nodes_) {
    if (!change.node || change.same_metadata) continue;
    if (const auto from = moved_from_.find(change.node->id); from != moved_from_.end()) {
      log.moved_nodes.push_back({from->second, path, change.node->id, change.node->array.has_value()});
      continue;
    }
    const bool is_array = change.node->array.has_value();
    auto& ids = change.is_new ? (is_array ? log.new_arrays : log.new_groups)
                              : (is_array ? log.updated_arrays : log.updated_groups);
    ids.push_back(change.node->id);
  }
  for (const auto& [node, deleted] : deleted_) {
    (deleted.is_array ? log.deleted_arrays : log.deleted_groups).push_back(node);
  }
  for (auto* ids : {&log.new_groups, &log.new_arrays, &log.updated_groups, &log.updated_arrays, &log.deleted_groups,
                    &log.deleted_arrays}) {
    std::ranges::sort(*ids);
  }
  std::ranges::sort(log.moved_nodes, path_less, &MovedNode::to);
  return log;
}

std::map<NodeId, std::size_t> ChangeSet::changed_arrays() const {
  std::map<NodeId, std::size_t> ranks;
  for (const auto* tables : {&chunks_, &moved_}) {
    for (const auto& [node, table] : *tables) {
      if (!table.empty()) ranks.emplace(node, table.rank());
    }
  }
  return ranks;
}

TransactionLog ChangeSet::transaction_log(const SnapshotId& id) const {
  TransactionLog log = node_log(id);
  for (const auto& [node, rank] : changed_arrays()) log.updated_chunks.push_back(updated_chunks(node, rank));
  return log;
}

Result<Bytes> ChangeSet::encode_transaction_log(const SnapshotId& id) const {
  std::deque<UpdatedChunks> merged;  // of arrays that were moved, too
  std::vector<UpdatedChunksView> updated;
  for (const auto& [node, rank] : changed_arrays()) {
    if (moved_chunks(node) == nullptr) {
      const RefTable& written = *chunks(node);
      updated.push_back({node, rank, written.size(), written.indices()});
    } else {
      const UpdatedChunks& one = merged.emplace_back(updated_chunks(node, rank));
      updated.push_back({node, rank, one.count, one.indices});
    }
  }
  return icechunk::encode_transaction_log(node_log(id), updated);
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
