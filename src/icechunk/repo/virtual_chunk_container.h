// Places that virtual chunks may come from, as the repository's configuration names them.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/error.h"
#include "base/json.h"

namespace vdp::icechunk {

struct VirtualChunkContainer {
  std::string url_prefix;           ///< ends in '/'; of local files with the path as it is, not percent-encoded
  std::optional<std::string> name;  ///< what "vcc://NAME/..." means
  Json store;                       ///< {"local_file_system": "/data"}, {"s3": {...}}, ...
};

/// For sources below a local directory, given as its path: "file:///data/" with the store
/// {"local_file_system": "/data"}. Official readers compare this prefix with the decoded path of a reference's
/// location, which itself must be percent-encoded.
VirtualChunkContainer local_container(const std::string& directory, std::optional<std::string> name = std::nullopt);

struct S3ContainerOptions {
  std::string region;
  std::string endpoint_url;  ///< empty: Amazon's; otherwise the container is "s3_compatible"
  bool anonymous = false;
  bool force_path_style = false;
  bool allow_http = false;  ///< the endpoint may be http
  bool requester_pays = false;
};
/// For sources below "s3://bucket/prefix/".
VirtualChunkContainer s3_container(const std::string& url_prefix, const S3ContainerOptions& options,
                                   std::optional<std::string> name = std::nullopt);
/// For sources below "https://host/path/".
VirtualChunkContainer http_container(const std::string& url_prefix, std::optional<std::string> name = std::nullopt);

/// Where a reference leads: "vcc://NAME/rest" becomes the prefix of the container with that name and `rest`, other
/// locations are absolute already. `corrupt` where no container has the name.
Result<std::string> absolute_location(std::span<const VirtualChunkContainer> containers, const std::string& location);

/// The container that an absolute location lies in: of all whose prefix it begins with, the one with the longest; null
/// where there is none. Local files are compared decoded, because their prefixes are. A prefix that does not end in '/'
/// holds nothing: "s3://bucket" would hold "s3://bucket-of-somebody-else" as well.
const VirtualChunkContainer* find_container(std::span<const VirtualChunkContainer> containers,
                                            const std::string& absolute);

}  // namespace vdp::icechunk
