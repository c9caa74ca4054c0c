#include "apps/cli/node_values.h"

#include <fmt/format.h>

#include "pipeline/native_rows.h"
#include "store/open_store.h"
#include "store/url.h"

namespace vdp::cli {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{4} << 30;

/// "vcc://NAME/rest" as the absolute URL that the configuration makes of it.
Result<std::string> absolute_url(const icechunk::RepositoryConfig& config, const std::string& url) {
  constexpr std::string_view scheme = "vcc://";
  if (!url.starts_with(scheme)) return url;
  const auto slash = url.find('/', scheme.size());
  const std::string name = url.substr(scheme.size(), slash - scheme.size());
  for (const auto& container : config.virtual_chunk_containers()) {
    if (container.name == name && slash != std::string::npos) return container.url_prefix + url.substr(slash + 1);
  }
  return corrupt(fmt::format("{}: the repository has no virtual chunk container \"{}\"", url, name));
}

Status check_version(const ObjectInfo& info, const SourceLocation& location) {
  constexpr std::int64_t us_per_second = 1'000'000;
  if (location.last_modified_s != 0 && info.last_modified_us > location.last_modified_s * us_per_second) {
    return conflict(fmt::format("{} was modified at {}, after the {} of its reference", location.url,
                                format_timestamp(info.last_modified_us),
                                format_timestamp(location.last_modified_s * us_per_second)));
  }
  if (!location.etag.empty() && location.etag != info.etag) {
    return conflict(fmt::format("{}: found etag {}, expected {}", location.url, info.etag, location.etag));
  }
  return {};
}

Result<Bytes> read_at(const std::string& prefix, const std::string& url, const icechunk::VirtualChunk& chunk) {
  VDP_ASSIGN(const auto store, open_store(prefix));
  VDP_ASSIGN(const std::string key, decode_path(std::string_view(url).substr(prefix.size())));
  VDP_ASSIGN_IN(url, const ObjectInfo info, store->head(key));
  VDP_TRY(check_version(info, chunk.location));
  VDP_ASSIGN_IN(url, auto bytes, store->get_range(key, {chunk.offset, chunk.length}, info.etag));
  return bytes;
}

}  // namespace

icechunk::VirtualChunkReader authorized_reader(const icechunk::RepositoryConfig& config,
                                               std::vector<std::string> prefixes) {
  for (std::string& prefix : prefixes) {
    // "s3://bucket" would authorize "s3://bucket-of-somebody-else" as well.
    if (!prefix.ends_with('/')) prefix += '/';
    if (prefix.starts_with('/')) prefix = "file://" + encode_path(prefix);
  }
  return [config, prefixes](const icechunk::VirtualChunk& chunk) -> Result<Bytes> {
    VDP_ASSIGN(const std::string url, absolute_url(config, chunk.location.url));
    for (const std::string& prefix : prefixes) {
      if (url.starts_with(prefix)) return read_at(prefix, url, chunk);
    }
    return fail(ErrorKind::denied, fmt::format("{} lies below no authorized prefix; --authorize PREFIX allows it", url));
  };
}

Result<Bytes> read_node(const icechunk::Session& session, const std::string& path,
                        const icechunk::VirtualChunkReader& read_virtual) {
  VDP_ASSIGN(const auto metadata, session.array_metadata(path));
  const auto read = [&](const zarr::Shape& index) { return session.read_chunk(path, index, read_virtual); };
  VDP_ASSIGN_IN(path, auto values, read_values(metadata, read, max_bytes));
  if (auto* elements = std::get_if<Bytes>(&values)) return std::move(*elements);
  std::string lines;
  for (const std::string& text : std::get<std::vector<std::string>>(values)) {
    lines += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return to_bytes(lines);
}

}  // namespace vdp::cli
