#include "pipeline/virtual_location.h"

#include <string_view>

#include "store/url.h"

namespace vdp {
namespace {

constexpr std::string_view file_scheme = "file://";

}  // namespace

Result<std::string> resolve_location(const icechunk::RepositoryConfig& config, const std::string& url) {
  return icechunk::absolute_location(config.virtual_chunk_containers(), url);
}

Result<std::string> decode_location(const std::string& url) {
  if (!url.starts_with(file_scheme)) return decode_path(url);
  VDP_ASSIGN(const std::string path, path_of_file_url(url));
  return std::string(file_scheme) + path;
}

ContainerPrefixes::ContainerPrefixes(const icechunk::RepositoryConfig& config)
    : containers_(config.virtual_chunk_containers()) {}

bool ContainerPrefixes::hold(const std::string& url) const {
  // Sources in memory are for this process alone: no reader needs leave (see repository_config).
  return url.starts_with("memory://") || icechunk::find_container(containers_, url) != nullptr;
}

std::vector<std::string> ContainerPrefixes::prefixes() const {
  std::vector<std::string> prefixes;
  for (const auto& container : containers_) prefixes.push_back(container.url_prefix);
  return prefixes;
}

}  // namespace vdp
