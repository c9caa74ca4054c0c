// References that are too many for one manifest, divided among several.
#pragma once

#include <cstdint>
#include <utility>

#include "icechunk/format/ref_rows.h"
#include "icechunk/repo/chunk_box.h"

namespace vdp::icechunk {

/// Whoever reads one chunk decodes the whole manifest that it is in: of so many references in 0.1 s and 100 MB. Where
/// the configuration splits no finer, new manifests have at most as many.
inline constexpr std::uint64_t max_refs_per_manifest = 1'000'000;

/// The smallest box around all of them, which are not none.
ChunkBox bounds_of(const RefRows& rows);

/// Two parts of about one size whose bounds do not overlap. There are at least two rows, in order and of different
/// indices.
std::pair<RefRows, RefRows> halves(const RefRows& rows);

}  // namespace vdp::icechunk
