// Reading virtual chunks where reading was allowed, and nowhere else.
#pragma once

#include <string>
#include <vector>

#include "icechunk/repo/repository_config.h"
#include "icechunk/repo/session.h"

namespace vdp {

/// Reads virtual chunks below the given places and nowhere else (`denied`): where a repository points to is not for the
/// repository alone to say. A place is a URL, a path, or the url_prefix of one of the repository's containers. The
/// version that a reference names must be the object's (`conflict` if not). The reader is safe from several threads.
Result<icechunk::VirtualChunkReader> authorized_reader(const icechunk::RepositoryConfig& config,
                                                       const std::vector<std::string>& prefixes);

}  // namespace vdp
