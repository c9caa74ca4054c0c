#include "icechunk/format/wire_json.h"
#include "transaction_log_wire.h"

namespace vdp::icechunk {
namespace {

std::string_view node_type_name(wire::NodeType type) {
  switch (type) {
    case wire::NodeType::Group:
      return "group";
    case wire::NodeType::Array:
      return "array";
  }
  return "unknown";
}

Result<Json> updated_chunks_json(WireJson& json_of, const wire::ArrayUpdatedChunks& updated) {
  Json json;
  json["node_id"] = WireJson::id(updated.node_id());
  VDP_TRY(json_of.add_list(json, "chunks", updated.chunks(), [&](const auto* chunk) -> Result<Json> {
    Json index;
    json_of.add_numbers(index, "coords", chunk->coords());
    return index;
  }));
  return json;
}

Json move_json(WireJson& json_of, const wire::MoveOperation& move) {
  Json json;
  json["from"] = json_of.text(move.from());
  json["to"] = json_of.text(move.to());
  json["node_id"] = WireJson::id(move.node_id());
  json["node_type"] = node_type_name(move.node_type());
  return json;
}

}  // namespace

Result<Json> transaction_log_json(ByteView payload, const ObjectJsonLimits& limits) {
  VDP_ASSIGN(const wire::TransactionLog* log,
             verified_root<wire::TransactionLog>(payload, ObjectType::transaction_log));
  WireJson json_of(limits, payload.size());
  Json json;
  json["id"] = WireJson::id(log->id());
  json_of.add_ids(json, "new_groups", log->new_groups());
  json_of.add_ids(json, "new_arrays", log->new_arrays());
  json_of.add_ids(json, "deleted_groups", log->deleted_groups());
  json_of.add_ids(json, "deleted_arrays", log->deleted_arrays());
  json_of.add_ids(json, "updated_arrays", log->updated_arrays());
  json_of.add_ids(json, "updated_groups", log->updated_groups());
  VDP_TRY(json_of.add_list(json, "updated_chunks", log->updated_chunks(),
                           [&](const auto* updated) { return updated_chunks_json(json_of, *updated); }));
  VDP_TRY(json_of.add_list(json, "moved_nodes", log->moved_nodes(),
                           [&](const auto* move) -> Result<Json> { return move_json(json_of, *move); }));
  json["extra"] = json_of.bytes(log->extra());
  return json;
}

}  // namespace vdp::icechunk
