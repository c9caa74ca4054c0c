// A log has a head, which is small, and an index for each chunk that was written, which may be millions. The library's
// builder makes the head; the chunks follow behind it, laid out by hand:
//
//   head      TransactionLog with its lists of ids and moves, and the list of arrays: one offset for each, put in here
//   arrays    for each array, one after the other:
//     vtable  of ArrayUpdatedChunks
//     table   node id; offset of the list, which follows
//     list    the number of chunks, then for each the offset of its record
//     records for each chunk: the vtable of ChunkIndices, ChunkIndices, its index
//
// A vtable for each record makes the payload a quarter longer and the object a third shorter, as then only the index
// differs from one record to the next; and that compresses a quarter faster.
#include <array>

#include "icechunk/format/transaction_log.h"
#include "icechunk/format/wire.h"
#include "icechunk/format/wire_stream.h"
#include "transaction_log_wire.h"

namespace vdp::icechunk {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
using WireIds = flatbuffers::Vector<const wire::ObjectId8*>;
using WireArrays = flatbuffers::Vector<flatbuffers::Offset<wire::ArrayUpdatedChunks>>;

// ---- The head ----

flatbuffers::Offset<WireIds> write_ids(Builder& builder, const std::vector<NodeId>& ids) {
  std::vector<wire::ObjectId8> wire_ids;
  for (const NodeId& id : ids) wire_ids.push_back(write_id(id));
  return builder.CreateVectorOfStructs(wire_ids);
}

flatbuffers::Offset<wire::MoveOperation> write_move(Builder& builder, const MovedNode& move) {
  const auto from = builder.CreateString(move.from);
  const auto to = builder.CreateString(move.to);
  const wire::ObjectId8 node = write_id(move.node);
  return wire::CreateMoveOperation(builder, from, to, &node,
                                   move.is_array ? wire::NodeType::Array : wire::NodeType::Group);
}

/// With an offset for each array, all of them 0 as yet.
void write_head(Builder& builder, const TransactionLog& log, std::size_t array_count) {
  std::vector<flatbuffers::Offset<wire::MoveOperation>> moves;
  for (const MovedNode& move : log.moved_nodes) moves.push_back(write_move(builder, move));
  const auto new_groups = write_ids(builder, log.new_groups);
  const auto new_arrays = write_ids(builder, log.new_arrays);
  const auto deleted_groups = write_ids(builder, log.deleted_groups);
  const auto deleted_arrays = write_ids(builder, log.deleted_arrays);
  const auto updated_arrays = write_ids(builder, log.updated_arrays);
  const auto updated_groups = write_ids(builder, log.updated_groups);
  const auto arrays = builder.CreateVector(std::vector<std::uint32_t>(array_count));
  const auto moved_nodes = builder.CreateVector(moves);
  const wire::ObjectId12 id = write_id(log.id);
  builder.Finish(
      wire::CreateTransactionLog(builder, &id, new_groups, new_arrays, deleted_groups, deleted_arrays, updated_arrays,
                                 updated_groups, flatbuffers::Offset<WireArrays>(arrays.o), moved_nodes),
      "Ichk");
}

// ---- The arrays ----

constexpr std::uint64_t number_bytes = sizeof(std::uint32_t);
// Of a vtable: its own size, its table's, then where in the table each field lies.
constexpr std::array<std::uint16_t, 4> array_vtable = {8, 16, /*node_id*/ 4, /*chunks*/ 12};
/// With a 0 behind it, so that the table is at a multiple of 4.
constexpr std::array<std::uint16_t, 4> chunk_vtable = {6, 8, /*coords*/ 4, 0};

std::uint64_t record_bytes(const UpdatedChunksView& updated) {
  return sizeof(chunk_vtable) + chunk_vtable[1] + number_bytes * (1 + updated.rank);
}

std::uint64_t array_bytes(const UpdatedChunksView& updated) {
  const std::uint64_t list_bytes = number_bytes * (1 + updated.count);
  return sizeof(array_vtable) + array_vtable[1] + list_bytes + updated.count * record_bytes(updated);
}

void put_list(WireStream& out, const UpdatedChunksView& updated) {
  out.put(static_cast<std::uint32_t>(updated.count));
  const std::uint64_t records_at = out.position() + number_bytes * updated.count;
  for (std::size_t i = 0; i < updated.count; ++i) {
    out.put_offset_to(records_at + i * record_bytes(updated) + sizeof(chunk_vtable));
  }
}

void put_record(WireStream& out, std::span<const std::uint32_t> index) {
  const std::uint64_t vtable_at = out.position();
  out.put_all<std::uint16_t>(chunk_vtable);
  out.put_table_of(vtable_at);
  out.put_offset_to(out.position() + number_bytes);
  out.put(static_cast<std::uint32_t>(index.size()));
  out.put_all(index);
}

void put_array(WireStream& out, const UpdatedChunksView& updated) {
  const std::uint64_t vtable_at = out.position();
  out.put_all<std::uint16_t>(array_vtable);
  out.put_table_of(vtable_at);
  out.put_bytes(updated.node.bytes);
  out.put_offset_to(out.position() + number_bytes);
  put_list(out, updated);
  for (std::size_t i = 0; i < updated.count; ++i) {
    put_record(out, updated.indices.subspan(i * updated.rank, updated.rank));
  }
}

}  // namespace

Result<Bytes> encode_transaction_log(const TransactionLog& log, std::span<const UpdatedChunksView> updated_chunks) {
  Builder builder(1024);
  write_head(builder, log, updated_chunks.size());
  const std::span<std::uint8_t> head(builder.GetBufferPointer(), builder.GetSize());
  const std::uint64_t arrays_at = round_up(head.size(), number_bytes);
  std::uint64_t payload_bytes = arrays_at;
  std::uint64_t chunk_count = 0;
  const auto* offsets = flatbuffers::GetRoot<wire::TransactionLog>(head.data())->updated_chunks()->Data();
  for (std::size_t i = 0; i < updated_chunks.size(); ++i) {
    const std::uint64_t slot = static_cast<std::uint64_t>(offsets - head.data()) + i * number_bytes;
    const std::uint64_t table = payload_bytes + sizeof(array_vtable);
    flatbuffers::WriteScalar(head.data() + slot, static_cast<std::uint32_t>(table - slot));
    payload_bytes += array_bytes(updated_chunks[i]);
    chunk_count += updated_chunks[i].count;
  }
  if (payload_bytes > max_wire_bytes) {
    return over_limit(
        fmt::format("{} chunks changed in one commit: their log would take {} bytes, at most {} can be "
                    "read back: make several commits",
                    chunk_count, payload_bytes, max_wire_bytes));
  }
  WireStream out(ObjectType::transaction_log, payload_bytes, manifest_compression_level);
  out.put_bytes(head);
  out.pad(number_bytes);
  for (const UpdatedChunksView& updated : updated_chunks) put_array(out, updated);
  return out.finish();
}

Result<Bytes> encode_transaction_log(const TransactionLog& log) {
  std::vector<UpdatedChunksView> views;
  for (const UpdatedChunks& updated : log.updated_chunks) {
    views.push_back({updated.node, updated.rank, updated.count, updated.indices});
  }
  return encode_transaction_log(log, views);
}

}  // namespace vdp::icechunk
