#include "icechunk/repo/log_index.h"

namespace vdp::icechunk {

LogIndex::LogIndex(std::span<const TransactionLog> logs) {
  for (const TransactionLog& log : logs) {
    for (const auto* ids : {&log.new_groups, &log.new_arrays}) new_nodes_.insert(ids->begin(), ids->end());
    for (const auto* ids : {&log.deleted_groups, &log.deleted_arrays}) deleted_.insert(ids->begin(), ids->end());
    for (const auto* ids : {&log.updated_groups, &log.updated_arrays}) updated_.insert(ids->begin(), ids->end());
    for (const MovedNode& move : log.moved_nodes) moves_.push_back(&move);
    for (const UpdatedChunks& updated : log.updated_chunks) {
      if (updated.count > 0) chunks_[updated.node].push_back(&updated);
    }
  }
}

std::span<const UpdatedChunks* const> LogIndex::chunks(const NodeId& node) const {
  const auto found = chunks_.find(node);
  if (found == chunks_.end()) return {};
  return found->second;
}

}  // namespace vdp::icechunk
