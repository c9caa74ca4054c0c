#include "pipeline/source_container.h"

#include <fmt/format.h>

#include "store/s3_store.h"
#include "store/url.h"

namespace vdp {

namespace {

Result<icechunk::VirtualChunkContainer> bucket_container(const std::string& prefix, const StoreAccess& access) {
  VDP_ASSIGN(const auto place, s3_place_of(prefix, access));
  icechunk::S3ContainerOptions options;
  options.region = place.region;
  options.endpoint_url = place.endpoint ? aws::endpoint_text(*place.endpoint) : "";
  options.allow_http = place.endpoint && place.endpoint->scheme == "http";
  options.force_path_style = place.path_style;
  options.anonymous = access.kind == AccessKind::anonymous;
  options.requester_pays = access.requester_pays;
  return icechunk::s3_container(prefix, options);
}

}  // namespace

Result<std::optional<icechunk::VirtualChunkContainer>> source_container(const dataset::SourceSpec& source) {
  const std::string& prefix = source.prefix;
  if (prefix.starts_with("memory://")) return std::nullopt;
  if (prefix.starts_with("s3://")) return bucket_container(prefix, source.access);
  if (prefix.starts_with("http://") || prefix.starts_with("https://")) return icechunk::http_container(prefix);
  if (!prefix.starts_with("file://")) {
    return unsupported(fmt::format("{}: readers reach file, s3, http and https", without_secrets(prefix)));
  }
  VDP_ASSIGN(const std::string directory, path_of_file_url(prefix));
  return icechunk::local_container(directory);
}

}  // namespace vdp
