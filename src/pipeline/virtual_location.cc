#include "pipeline/virtual_location.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "store/url.h"

namespace vdp {
namespace {

constexpr std::string_view file_scheme = "file://";

}  // namespace

Result<std::string> resolve_location(const icechunk::RepositoryConfig& config, const std::string& url) {
  constexpr std::string_view scheme = "vcc://";
  if (!url.starts_with(scheme)) return url;
  const auto slash = url.find('/', scheme.size());
  const std::string name = url.substr(scheme.size(), slash - scheme.size());
  for (const auto& container : config.virtual_chunk_containers()) {
    if (container.name != name || slash == std::string::npos) continue;
    // Local containers name their path as it is.
    const std::string& prefix = container.url_prefix;
    const bool is_local = prefix.starts_with(file_scheme);
    return (is_local ? encode_path(prefix) : prefix) + url.substr(slash + 1);
  }
  return corrupt(fmt::format("{}: the repository has no virtual chunk container \"{}\"", url, name));
}

Result<std::string> decode_location(const std::string& url) {
  if (!url.starts_with(file_scheme)) return decode_path(url);
  VDP_ASSIGN(const std::string path, path_of_file_url(url));
  return std::string(file_scheme) + path;
}

ContainerPrefixes::ContainerPrefixes(const icechunk::RepositoryConfig& config) {
  for (const auto& container : config.virtual_chunk_containers()) prefixes_.push_back(container.url_prefix);
}

bool ContainerPrefixes::hold(const std::string& url) const {
  // Sources in memory are for this process alone: no reader needs leave (see repository_config).
  if (url.starts_with("memory://")) return true;
  // Only the prefixes of local containers are compared with what is decoded: they name a path as it is.
  const auto decoded = url.starts_with(file_scheme) ? decode_location(url) : Result<std::string>(url);
  return decoded && std::ranges::any_of(prefixes_, [&](const auto& prefix) { return decoded->starts_with(prefix); });
}

}  // namespace vdp
