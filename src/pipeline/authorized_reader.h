// Reading virtual chunks where reading was allowed, and nowhere else.
#pragma once

#include <string>
#include <vector>

#include "icechunk/repo/repository_config.h"
#include "icechunk/repo/session.h"
#include "store/access.h"

namespace vdp {

/// A place that may be read from: a URL, a path, or the url_prefix of one of the repository's containers; and how.
struct AuthorizedPrefix {
  std::string prefix;
  StoreAccess access;
};

/// Reads virtual chunks below the given places and nowhere else (`denied`): where a repository points to is not for the
/// repository alone to say. So of its containers only the region is taken, and that nobody in particular asks; an
/// endpoint that a container names must be the one of `access` or of the environment (`denied` if not).
/// The version that a reference names must be the object's (`conflict` if not). The reader is safe from several
/// threads.
Result<icechunk::VirtualChunkReader> authorized_reader(const icechunk::RepositoryConfig& config,
                                                       const std::vector<AuthorizedPrefix>& prefixes);

}  // namespace vdp
