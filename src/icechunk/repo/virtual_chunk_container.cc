#include "icechunk/repo/virtual_chunk_container.h"

#include <fmt/format.h>

#include <string_view>

#include "net/percent_encoding.h"
#include "store/url.h"

namespace vdp::icechunk {
namespace {

constexpr std::string_view file_scheme = "file://";
constexpr std::string_view relative_scheme = "vcc://";

}  // namespace

VirtualChunkContainer local_container(const std::string& directory, std::optional<std::string> name) {
  std::string path = directory;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const std::string prefix = path == "/" ? "file:///" : "file://" + path + "/";
  return {prefix, std::move(name), {{"local_file_system", path}}};
}

VirtualChunkContainer s3_container(const std::string& url_prefix, const S3ContainerOptions& options,
                                   std::optional<std::string> name) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  // All keys of the official structure: a missing one is a default there, but older readers are less patient.
  const Json settings = {
      {"region", text_or_null(options.region)},
      {"endpoint_url", text_or_null(options.endpoint_url)},
      {"anonymous", options.anonymous},
      {"allow_http", options.allow_http},
      {"force_path_style", options.force_path_style},
      {"network_stream_timeout_seconds", 60},
      {"requester_pays", options.requester_pays},
      {"checksum_algorithm", nullptr},
  };
  return {url_prefix, std::move(name), {{options.endpoint_url.empty() ? "s3" : "s3_compatible", settings}}};
}

VirtualChunkContainer http_container(const std::string& url_prefix, std::optional<std::string> name) {
  return {url_prefix, std::move(name), {{"http", Json::object()}}};
}

Result<std::string> absolute_location(std::span<const VirtualChunkContainer> containers, const std::string& location) {
  if (!location.starts_with(relative_scheme)) return location;
  const auto slash = location.find('/', relative_scheme.size());
  const std::string name = location.substr(relative_scheme.size(), slash - relative_scheme.size());
  for (const VirtualChunkContainer& container : containers) {
    if (container.name != name || slash == std::string::npos) continue;
    // Local containers name their path as it is.
    const std::string& prefix = container.url_prefix;
    return (prefix.starts_with(file_scheme) ? encode_path(prefix) : prefix) + location.substr(slash + 1);
  }
  return corrupt(fmt::format("{}: the repository has no virtual chunk container \"{}\"", location, name));
}

const VirtualChunkContainer* find_container(std::span<const VirtualChunkContainer> containers,
                                            const std::string& absolute) {
  std::string compared = absolute;
  if (absolute.starts_with(file_scheme)) {
    const Result<std::string> path = path_of_file_url(absolute);
    if (!path) return nullptr;
    compared = std::string(file_scheme) + *path;
  }
  const VirtualChunkContainer* longest = nullptr;
  for (const VirtualChunkContainer& container : containers) {
    const std::string& prefix = container.url_prefix;
    if (!prefix.ends_with('/') || !compared.starts_with(prefix)) continue;
    if (longest == nullptr || prefix.size() > longest->url_prefix.size()) longest = &container;
  }
  return longest;
}

}  // namespace vdp::icechunk
