// Transaction logs, ready to be asked about nodes.
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "icechunk/format/transaction_log.h"

namespace vdp::icechunk {

/// What several logs say together. Their order does not matter, nor that within a log: another writer may have left it
/// unsorted, and a missed entry would be a missed conflict. The logs outlive the object.
class LogIndex {
 public:
  explicit LogIndex(std::span<const TransactionLog> logs);

  const std::vector<const MovedNode*>& moves() const { return moves_; }
  bool is_new(const NodeId& node) const { return new_nodes_.contains(node); }
  bool deleted(const NodeId& node) const { return deleted_.contains(node); }
  bool metadata_updated(const NodeId& node) const { return updated_.contains(node); }
  /// Empty where no chunk of the node was written or deleted.
  std::span<const UpdatedChunks* const> chunks(const NodeId& node) const;

 private:
  std::vector<const MovedNode*> moves_;
  std::set<NodeId> new_nodes_;
  std::set<NodeId> deleted_;
  std::set<NodeId> updated_;
  std::map<NodeId, std::vector<const UpdatedChunks*>> chunks_;
};

}  // namespace vdp::icechunk
