#include "icechunk/repo/virtual_chunk_container.h"

namespace vdp::icechunk {

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

}  // namespace vdp::icechunk
