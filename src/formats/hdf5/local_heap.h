// Local heaps: where old groups keep names, and datasets those of their external files ("III.D").
#pragma once

#include <string>

#include "formats/hdf5/file_view.h"

namespace vdp::hdf5 {

/// The data of the heap at `address`, valid until bytes are inserted.
Decoded<ByteView> read_local_heap(const FileView& file, Address address);

/// The NUL-terminated text at `offset` of a heap's data.
Result<std::string> heap_text(ByteView heap, std::uint64_t offset);

}  // namespace vdp::hdf5
