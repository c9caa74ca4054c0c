// The fields of a step that several operations have, and values as answers have them.
#pragma once

#include <string>

#include "base/json.h"
#include "icechunk/format/chunk_ref.h"
#include "icechunk/repo/chunk_box.h"
#include "icechunk/repo/commit_outcome.h"
#include "icechunk/repo/fork.h"
#include "icechunk/repo/revision.h"

namespace vdp::icechunk {

inline Json succeeded() { return true; }
/// What an operation answers that gives nothing.
inline Result<Json> answer(const Status& status) {
  if (!status) return std::unexpected(status.error());
  return succeeded();
}
inline std::string name_of(const Json& step) { return step.at("name"); }
inline std::string path_of(const Json& step) { return step.at("path"); }
inline zarr::Shape index_of(const Json& step, const char* key = "index") { return step.at(key).get<zarr::Shape>(); }

/// {"tag": NAME}, {"snapshot": ID} or {"branch": NAME}; branch main where there is none of them.
Result<Revision> revision_of(const Json& step);
Result<SnapshotId> snapshot_of(const Json& step, const char* key = "snapshot");
/// {"fork": a fork's file in base64}.
Result<Fork> fork_of(const Json& step);
/// {"begin": [...], "end": [...]}.
ChunkBox box_of(const Json& step);

/// {"index": [...], "length": n}, and by kind: "inline", "chunk" and "offset", or "url", "etag", "last_modified_s" and
/// "offset".
Json to_json(const ChunkRefView& ref);
/// {"committed": ID}, {"conflict": [EXPECTED, FOUND]}, {"unknown": REASON} or "nothing".
Json to_json(const CommitOutcome& outcome);

}  // namespace vdp::icechunk
