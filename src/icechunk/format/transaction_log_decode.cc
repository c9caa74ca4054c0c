#include "icechunk/format/transaction_log.h"
#include "icechunk/format/wire.h"
#include "transaction_log_wire.h"

namespace vdp::icechunk {
namespace {

using WireIds = flatbuffers::Vector<const wire::ObjectId8*>;

Result<std::vector<NodeId>> read_ids(WireReader& reader, const WireIds& wire_ids) {
  VDP_TRY(reader.take(wire_ids.size(), sizeof(NodeId)));
  std::vector<NodeId> ids;
  for (const auto* id : wire_ids) ids.push_back(read_id8(id));
  return ids;
}

Result<UpdatedChunks> read_chunks(WireReader& reader, const wire::ArrayUpdatedChunks& wire_chunks) {
  UpdatedChunks updated;
  updated.node = read_id8(wire_chunks.node_id());
  const auto& chunks = *wire_chunks.chunks();
  updated.count = chunks.size();
  updated.rank = chunks.size() == 0 ? 0 : chunks.Get(0)->coords()->size();
  if (updated.rank > max_rank) {
    return over_limit(
        fmt::format("updated_chunks of node {}: rank {}, at most {}", updated.node.text(), updated.rank, max_rank));
  }
  VDP_TRY(reader.take(updated.count, updated.rank * sizeof(std::uint32_t)));
  updated.indices.reserve(updated.count * updated.rank);
  for (const auto* chunk : chunks) {
    if (chunk->coords()->size() != updated.rank) {
      return corrupt(fmt::format("updated_chunks of node {}: found an index of {} numbers, expected {}",
                                 updated.node.text(), chunk->coords()->size(), updated.rank));
    }
    updated.indices.insert(updated.indices.end(), chunk->coords()->begin(), chunk->coords()->end());
  }
  return updated;
}

Result<MovedNode> read_move(WireReader& reader, const wire::MoveOperation& wire_move) {
  MovedNode move;
  VDP_ASSIGN(move.from, reader.text(wire_move.from(), "moved_nodes.from"));
  VDP_ASSIGN(move.to, reader.text(wire_move.to(), "moved_nodes.to"));
  if (wire_move.node_id() != nullptr) move.node = read_id8(wire_move.node_id());
  move.is_array = wire_move.node_type() == wire::NodeType::Array;
  return move;
}

}  // namespace

Result<TransactionLog> decode_transaction_log(ByteView object) {
  VDP_ASSIGN(const OpenedObject opened, open_object(object, ObjectType::transaction_log));
  VDP_ASSIGN(const wire::TransactionLog* root,
             verified_root<wire::TransactionLog>(opened.payload, ObjectType::transaction_log));
  WireReader reader(opened.payload.size());
  TransactionLog log;
  log.id = read_id12(root->id());
  VDP_ASSIGN(log.new_groups, read_ids(reader, *root->new_groups()));
  VDP_ASSIGN(log.new_arrays, read_ids(reader, *root->new_arrays()));
  VDP_ASSIGN(log.deleted_groups, read_ids(reader, *root->deleted_groups()));
  VDP_ASSIGN(log.deleted_arrays, read_ids(reader, *root->deleted_arrays()));
  VDP_ASSIGN(log.updated_arrays, read_ids(reader, *root->updated_arrays()));
  VDP_ASSIGN(log.updated_groups, read_ids(reader, *root->updated_groups()));
  VDP_TRY(reader.take(root->updated_chunks()->size(), sizeof(UpdatedChunks)));
  for (const auto* chunks : *root->updated_chunks()) {
    VDP_ASSIGN(UpdatedChunks updated, read_chunks(reader, *chunks));
    log.updated_chunks.push_back(std::move(updated));
  }
  if (const auto* moves = root->moved_nodes()) {
    VDP_TRY(reader.take(moves->size(), sizeof(MovedNode)));
    for (const auto* wire_move : *moves) {
      VDP_ASSIGN(MovedNode move, read_move(reader, *wire_move));
      log.moved_nodes.push_back(std::move(move));
    }
  }
  return log;
}

}  // namespace vdp::icechunk
