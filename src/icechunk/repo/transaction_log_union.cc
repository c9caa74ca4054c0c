#include "icechunk/repo/transaction_log_union.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <span>

namespace vdp::icechunk {
namespace {

std::vector<NodeId> union_of_ids(std::vector<NodeId> ids, const std::vector<NodeId>& more) {
  ids.insert(ids.end(), more.begin(), more.end());
  std::ranges::sort(ids);
  const auto twice = std::ranges::unique(ids);
  ids.erase(twice.begin(), twice.end());
  return ids;
}

std::span<const std::uint32_t> index_at(const UpdatedChunks& chunks, std::size_t at) {
  return std::span(chunks.indices).subspan(at * chunks.rank, chunks.rank);
}

/// Chunks of one array that either log names, in C order.
UpdatedChunks union_of_chunks(const UpdatedChunks& a, const UpdatedChunks& b) {
  UpdatedChunks both{a.node, a.rank, 0, {}};
  both.indices.reserve(a.indices.size() + b.indices.size());
  for (std::size_t i = 0, j = 0; i < a.count || j < b.count; ++both.count) {
    const bool from_a =
        j == b.count || (i < a.count && !std::ranges::lexicographical_compare(index_at(b, j), index_at(a, i)));
    const auto index = from_a ? index_at(a, i) : index_at(b, j);
    const bool in_both = from_a && j < b.count && std::ranges::equal(index, index_at(b, j));
    both.indices.insert(both.indices.end(), index.begin(), index.end());
    if (from_a) ++i;
    if (!from_a || in_both) ++j;
  }
  return both;
}

Result<std::vector<UpdatedChunks>> union_of_all_chunks(const TransactionLog& older, const TransactionLog& newer) {
  std::map<NodeId, UpdatedChunks> by_node;
  for (const auto* log : {&older, &newer}) {
    for (const UpdatedChunks& chunks : log->updated_chunks) {
      if (chunks.count == 0) continue;
      const auto [found, is_new] = by_node.try_emplace(chunks.node, chunks);
      if (is_new) continue;
      if (found->second.rank != chunks.rank) {
        return corrupt(fmt::format("updated_chunks of node {}: found indices of {} and of {} numbers",
                                   chunks.node.text(), found->second.rank, chunks.rank));
      }
      found->second = union_of_chunks(found->second, chunks);
    }
  }
  std::vector<UpdatedChunks> all;
  for (auto& [node, chunks] : by_node) all.push_back(std::move(chunks));
  return all;
}

/// Moves are in the order of their paths' parts: "/a/b" before "/a-b", which the order of bytes would not say.
bool precedes(const std::string& a, const std::string& b) {
  const auto rank = [](char letter) { return letter == '/' ? 0 : 1 + static_cast<unsigned char>(letter); };
  return std::ranges::lexicographical_compare(a, b, {}, rank, rank);
}

std::vector<MovedNode> union_of_moves(const TransactionLog& older, const TransactionLog& newer) {
  std::map<NodeId, MovedNode> by_node;
  for (const auto* log : {&older, &newer}) {
    for (const MovedNode& move : log->moved_nodes) {
      const auto [found, is_new] = by_node.try_emplace(move.node, move);
      if (!is_new) found->second.to = move.to;
    }
  }
  std::vector<MovedNode> moves;
  for (auto& [node, move] : by_node) {
    if (move.from != move.to) moves.push_back(std::move(move));
  }
  std::ranges::sort(moves, precedes, &MovedNode::to);
  return moves;
}

}  // namespace

Result<TransactionLog> union_of_logs(const TransactionLog& older, const TransactionLog& newer, const SnapshotId& id) {
  TransactionLog log;
  log.id = id;
  for (auto ids : {&TransactionLog::new_groups, &TransactionLog::new_arrays, &TransactionLog::deleted_groups,
                   &TransactionLog::deleted_arrays, &TransactionLog::updated_arrays, &TransactionLog::updated_groups}) {
    log.*ids = union_of_ids(older.*ids, newer.*ids);
  }
  VDP_ASSIGN(log.updated_chunks, union_of_all_chunks(older, newer));
  log.moved_nodes = union_of_moves(older, newer);
  return log;
}

}  // namespace vdp::icechunk
