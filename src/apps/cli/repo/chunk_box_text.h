// A box of chunk indices on the command line: "0:10,3,:".
#pragma once

#include <string>

#include "icechunk/repo/chunk_box.h"

namespace vdp::cli {

/// One part per dimension of `grid`: FROM:TO (half-open, either may be left out), or one index. `invalid` for anything
/// else, and where the number of parts is another than the grid's.
Result<icechunk::ChunkBox> parse_chunk_box(const std::string& text, const zarr::Shape& grid);

}  // namespace vdp::cli
