// What a session changed on top of its base.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "icechunk/format/ref_table.h"
#include "icechunk/format/snapshot.h"
#include "icechunk/format/transaction_log.h"

namespace vdp::icechunk {

/// A path that differs from the base.
struct NodeChange {
  std::optional<NodeSnapshot> node;  ///< none: deleted
  bool is_new = false;               ///< its id is not in the base
};

class ChangeSet {
 public:
  bool empty() const;
  void clear();

  const std::map<std::string, NodeChange>& nodes() const { return nodes_; }
  const NodeChange* find(const std::string& path) const;

  void add_node(NodeSnapshot node);
  /// New metadata or shape of a node that the session sees; it keeps its id.
  void update_node(NodeSnapshot node);
  /// `node` is what the session sees at its path; `in_base`: the base has a node at that path.
  void delete_node(const NodeSnapshot& node, bool in_base);

  /// Written and deleted chunks of an array; a row for a deleted chunk is a missing one. Null where there are none.
  const RefTable* chunks(const NodeId& node) const;
  RefTable& chunks_to_change(const NodeId& node, std::size_t rank);

  TransactionLog transaction_log(const SnapshotId& id) const;

 private:
  std::map<std::string, NodeChange> nodes_;
  std::vector<NodeId> deleted_groups_;
  std::vector<NodeId> deleted_arrays_;
  // Sorted on the way, which changes no content: reading and writing chunks alternate.
  mutable std::map<NodeId, RefTable> chunks_;
};

/// The node at `path` as a session sees it, or null. Valid until the next change.
const NodeSnapshot* find_node(const Snapshot& base, const ChangeSet& changes, const std::string& path);

/// All nodes as a session sees them, in byte order of their paths.
std::vector<const NodeSnapshot*> all_nodes(const Snapshot& base, const ChangeSet& changes);

}  // namespace vdp::icechunk
