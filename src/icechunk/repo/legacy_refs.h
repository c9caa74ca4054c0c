// Branches and tags of format version 1: objects refs/branch.NAME/ref.json and refs/tag.NAME/ref.json, each
// {"snapshot":"ID"}. An object ref.json.deleted beside it makes a tag a deleted one.
#pragma once

#include "icechunk/repo/revision.h"
#include "store/object_store.h"

namespace vdp::icechunk {

Result<bool> legacy_repository_exists(ObjectStore& store);
Result<Refs> load_legacy_refs(ObjectStore& store);
Result<SnapshotId> resolve_legacy(ObjectStore& store, const Revision& revision);

}  // namespace vdp::icechunk
