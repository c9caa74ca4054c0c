// The values of a repository's arrays, for people and scripts that have no Python at hand.
#pragma once

#include <string>
#include <vector>

#include "icechunk/repo/repository.h"

namespace vdp::cli {

/// Reads virtual chunks below the given places and nowhere else: where a repository points to is not for the repository
/// alone to say. A place is a URL, a path, or the url_prefix of one of the repository's containers. The version that a
/// reference names must be the object's (`conflict` if not).
Result<icechunk::VirtualChunkReader> authorized_reader(const icechunk::RepositoryConfig& config,
                                                       const std::vector<std::string>& prefixes);

/// All elements of an array, little-endian, in C order; texts one a line, as JSON.
Result<Bytes> read_node(const icechunk::Session& session, const std::string& path,
                        const icechunk::VirtualChunkReader& read_virtual);

}  // namespace vdp::cli
