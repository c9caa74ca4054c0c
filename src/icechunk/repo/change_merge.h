// Two sessions' changes of one base, made one.
#pragma once

#include "base/error.h"
#include "icechunk/format/snapshot.h"
#include "icechunk/repo/change_set.h"

namespace vdp::icechunk {

/// Adds `theirs` to `ours`. Where both did the same, it is done once: a node made by both with the same metadata
/// becomes one, with the chunks of both. `conflict`, with all that both changed differently, and `ours` as it was,
/// where
///   - both made a node at one path, or gave one node new metadata, and not the same,
///   - one deleted what the other changed, wrote to or made a node in,
///   - both wrote a chunk, and not the same reference,
///   - one wrote chunks that the array as the other describes it does not have, or reads otherwise,
///   - one moved chunks along an axis of an array that the other changed, too, unless both have that from the session
///     that was forked, and moved none since.
Status merge_changes(const Snapshot& base, ChangeSet& ours, const ChangeSet& theirs);

}  // namespace vdp::icechunk
