// The locations of virtual references, resolved and compared as readers do.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "icechunk/repo/repository_config.h"

namespace vdp {

/// "vcc://NAME/rest" as the absolute URL that the configuration makes of it; other URLs as they are. `corrupt` where
/// the configuration has no such container.
Result<std::string> resolve_location(const icechunk::RepositoryConfig& config, const std::string& url);

/// One place has many encodings: what is compared is decoded. Local files without their authority.
Result<std::string> decode_location(const std::string& url);

/// The prefixes of a repository's virtual chunk containers. A reference that lies below none of them is refused by
/// official readers, or reads as fill (hazard C16).
class ContainerPrefixes {
 public:
  explicit ContainerPrefixes(const icechunk::RepositoryConfig& config);
  /// `url` is absolute.
  bool hold(const std::string& url) const;
  std::vector<std::string> prefixes() const;

 private:
  std::vector<icechunk::VirtualChunkContainer> containers_;
};

}  // namespace vdp
