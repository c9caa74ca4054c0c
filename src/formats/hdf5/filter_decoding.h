// Chunks back to the elements that were written: every filter of the library, and those of plugins that are common.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "formats/hdf5/storage_messages.h"

namespace vdp::hdf5 {

/// Undoes `filters`, the last one first. `unsupported`, named, for filters that cannot be undone here; `corrupt` for
/// what does not come to exactly `chunk_bytes`, which bounds all memory.
Result<Bytes> undo_filters(const std::vector<Filter>& filters, ByteView stored, std::uint64_t chunk_bytes);

/// Whether undo_filters knows all of them.
bool can_undo(const std::vector<Filter>& filters);

// Single filters. Output is at most `max_bytes` each.
Result<Bytes> undo_lzf(ByteView stored, std::uint64_t max_bytes);
Result<Bytes> undo_lz4(ByteView stored, std::uint64_t max_bytes);
Result<Bytes> undo_szip(const Filter& filter, ByteView stored, std::uint64_t max_bytes);
Result<Bytes> undo_scaleoffset(const Filter& filter, ByteView stored, std::uint64_t max_bytes);

}  // namespace vdp::hdf5
