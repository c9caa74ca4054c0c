// Messages that several objects share: in another object's header, or in the file's table of shared messages (SOHM).
#pragma once

#include <vector>

#include "formats/hdf5/fractal_heap.h"
#include "formats/hdf5/object_header.h"

namespace vdp::hdf5 {

/// The indexes of the table that `message`, of the superblock's extension, leads to ("IV.A.2.p, III.H").
Decoded<std::vector<SharedMessageIndex>> read_shared_message_table(const FileView& file, const Message& message);

/// The message itself where `message` is shared: the first of its type in another object's header, or the one of the
/// table that it names ("IV.A.1.c. Shared message").
Decoded<Message> resolve_shared(const FileView& file, const Message& message);

/// The body with this heap id among the table's messages of a type.
Decoded<HeapObject> shared_body(const FileView& file, MessageType type, ByteView heap_id);

}  // namespace vdp::hdf5
