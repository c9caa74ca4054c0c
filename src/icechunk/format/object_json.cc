#include "icechunk/format/object_json.h"

#include <fmt/format.h>

#include "icechunk/format/wire_json.h"

namespace vdp::icechunk {
namespace {

Result<Json> tables_json(const OpenedObject& opened, const ObjectJsonLimits& limits) {
  switch (opened.header.type) {
    case ObjectType::snapshot:
      return snapshot_json(opened.payload, opened.header.spec_version, limits);
    case ObjectType::manifest:
      return manifest_json(opened.payload, limits);
    case ObjectType::transaction_log:
      return transaction_log_json(opened.payload, limits);
    case ObjectType::repo_info:
      break;
  }
  return repo_json(opened.payload, limits);
}

}  // namespace

Result<OpenedObject> open_any_object(ByteView object) {
  VDP_ASSIGN(const ObjectType type, find_object_type(object));
  return open_object(object, type);
}

Result<Json> object_json(ByteView object, const ObjectJsonLimits& limits) {
  VDP_ASSIGN(const OpenedObject opened, open_any_object(object));
  VDP_ASSIGN(Json tables, tables_json(opened, limits));
  const FileHeader& header = opened.header;
  Json json;
  json["header"] = {{"implementation", header.implementation},
                    {"spec_version", header.spec_version},
                    {"file_type", to_string(header.type)},
                    {"compression", "zstd"}};
  json["object_bytes"] = object.size();
  json["payload_bytes"] = opened.payload.size();
  json["tables"] = std::move(tables);
  return json;
}

}  // namespace vdp::icechunk
