// The names of what an Icechunk repository holds.
#pragma once

#include "base/id.h"

namespace vdp::icechunk {

using SnapshotId = Id<12>;
using ManifestId = Id<12>;
using ChunkId = Id<12>;
using NodeId = Id<8>;

/// The id that every repository of format version 2 gives its first snapshot (older repositories have a random one:
/// a first snapshot is recognised by having no parent, never by this id).
inline constexpr SnapshotId first_snapshot_id{{0x0b, 0x1c, 0xc8, 0xd6, 0x78, 0x75, 0x80, 0xf0, 0xe3, 0x3a, 0x65, 0x34}};

}  // namespace vdp::icechunk
