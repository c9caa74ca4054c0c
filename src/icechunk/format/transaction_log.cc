#include "icechunk/format/transaction_log.h"

#include "icechunk/format/wire.h"
#include "transaction_log_wire.h"

namespace vdp::icechunk {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
using WireIds = flatbuffers::Vector<const wire::ObjectId8*>;

flatbuffers::Offset<WireIds> write_ids(Builder& builder, const std::vector<NodeId>& ids) {
  std::vector<wire::ObjectId8> wire_ids;
  for (const NodeId& id : ids) wire_ids.push_back(write_id(id));
  return builder.CreateVectorOfStructs(wire_ids);
}

flatbuffers::Offset<wire::ArrayUpdatedChunks> write_chunks(Builder& builder, const UpdatedChunks& updated) {
  std::vector<flatbuffers::Offset<wire::ChunkIndices>> chunks;
  chunks.reserve(updated.count);
  for (std::size_t i = 0; i < updated.count; ++i) {
    const auto coords = builder.CreateVector(updated.indices.data() + i * updated.rank, updated.rank);
    chunks.push_back(wire::CreateChunkIndices(builder, coords));
  }
  const auto wire_chunks = builder.CreateVector(chunks);
  const wire::ObjectId8 node = write_id(updated.node);
  return wire::CreateArrayUpdatedChunks(builder, &node, wire_chunks);
}

flatbuffers::Offset<wire::MoveOperation> write_move(Builder& builder, const MovedNode& move) {
  const auto from = builder.CreateString(move.from);
  const auto to = builder.CreateString(move.to);
  const wire::ObjectId8 node = write_id(move.node);
  return wire::CreateMoveOperation(builder, from, to, &node,
                                   move.is_array ? wire::NodeType::Array : wire::NodeType::Group);
}

Result<std::vector<NodeId>> read_ids(WireReader& reader, const WireIds& wire_ids) {
  VDP_TRY(reader.take(wire_ids.size(), sizeof(wire::ObjectId8)));
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
  VDP_TRY(reader.take(chunks.size(), 4));
  for (const auto* chunk : chunks) {
    if (chunk->coords()->size() != updated.rank) {
      return corrupt(fmt::format("updated_chunks of node {}: found an index of {} numbers, expected {}",
                                 updated.node.text(), chunk->coords()->size(), updated.rank));
    }
    VDP_TRY(reader.take(updated.rank, 4));
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

Bytes encode_transaction_log(const TransactionLog& log) {
  Builder builder(1024);
  std::vector<flatbuffers::Offset<wire::ArrayUpdatedChunks>> chunks;
  for (const UpdatedChunks& updated : log.updated_chunks) chunks.push_back(write_chunks(builder, updated));
  std::vector<flatbuffers::Offset<wire::MoveOperation>> moves;
  for (const MovedNode& move : log.moved_nodes) moves.push_back(write_move(builder, move));
  const auto new_groups = write_ids(builder, log.new_groups);
  const auto new_arrays = write_ids(builder, log.new_arrays);
  const auto deleted_groups = write_ids(builder, log.deleted_groups);
  const auto deleted_arrays = write_ids(builder, log.deleted_arrays);
  const auto updated_arrays = write_ids(builder, log.updated_arrays);
  const auto updated_groups = write_ids(builder, log.updated_groups);
  const auto updated_chunks = builder.CreateVector(chunks);
  const auto moved_nodes = builder.CreateVector(moves);
  const wire::ObjectId12 id = write_id(log.id);
  const auto root = wire::CreateTransactionLog(builder, &id, new_groups, new_arrays, deleted_groups, deleted_arrays,
                                               updated_arrays, updated_groups, updated_chunks, moved_nodes);
  return seal_root(builder, root, ObjectType::transaction_log, metadata_compression_level);
}

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
  for (const auto* chunks : *root->updated_chunks()) {
    VDP_ASSIGN(UpdatedChunks updated, read_chunks(reader, *chunks));
    log.updated_chunks.push_back(std::move(updated));
  }
  if (const auto* moves = root->moved_nodes()) {
    for (const auto* wire_move : *moves) {
      VDP_ASSIGN(MovedNode move, read_move(reader, *wire_move));
      log.moved_nodes.push_back(std::move(move));
    }
  }
  return log;
}

}  // namespace vdp::icechunk
