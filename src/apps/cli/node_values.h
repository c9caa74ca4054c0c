// The values of a repository's arrays, for people and scripts that have no Python at hand.
#pragma once

#include <string>
#include <vector>

#include "icechunk/repo/repository.h"

namespace vdp::cli {

/// All elements of an array, little-endian, in C order; texts one a line, as JSON.
Result<Bytes> read_node(const icechunk::Session& session, const std::string& path,
                        const icechunk::VirtualChunkReader& read_virtual);

}  // namespace vdp::cli
