#include "pipeline/authorized_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/virtual_location.h"
#include "store/open_store.h"

namespace vdp {
namespace {

constexpr std::string_view file_scheme = "file://";

/// Where reading is allowed.
struct AuthorizedPlace {
  std::string decoded_url;  ///< ends in '/': "s3://bucket" would authorize "s3://bucket-of-somebody-else" as well
  ObjectStorePtr store;
};

Result<AuthorizedPlace> authorized_place(const icechunk::RepositoryConfig& config, std::string prefix) {
  // People copy the prefix of a container, too.
  const auto containers = config.virtual_chunk_containers();
  const bool is_container =
      std::ranges::find(containers, prefix, &icechunk::VirtualChunkContainer::url_prefix) != containers.end();
  if (is_container && prefix.starts_with("file:///")) prefix = prefix.substr(file_scheme.size());
  VDP_ASSIGN_IN("--authorize " + prefix, auto store, open_source_store(prefix));
  VDP_ASSIGN(auto url, decode_location(store->url()));
  return AuthorizedPlace{std::move(url), std::move(store)};
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

Result<Bytes> read_object(ObjectStore& store, const std::string& key, const icechunk::VirtualChunk& chunk) {
  VDP_ASSIGN(const ObjectInfo info, store.head(key));
  VDP_TRY(check_version(info, chunk.location));
  return store.get_range(key, {chunk.offset, chunk.length}, info.etag);
}

}  // namespace

Result<icechunk::VirtualChunkReader> authorized_reader(const icechunk::RepositoryConfig& config,
                                                       const std::vector<std::string>& prefixes) {
  std::vector<AuthorizedPlace> places;
  for (const std::string& prefix : prefixes) {
    VDP_ASSIGN(auto place, authorized_place(config, prefix));
    places.push_back(std::move(place));
  }
  return [config, places](const icechunk::VirtualChunk& chunk) -> Result<Bytes> {
    VDP_ASSIGN(const std::string url, resolve_location(config, chunk.location.url));
    VDP_ASSIGN_IN(url, const std::string location, decode_location(url));
    for (const auto& [prefix, store] : places) {
      if (!location.starts_with(prefix)) continue;
      VDP_ASSIGN_IN(url, auto bytes, read_object(*store, location.substr(prefix.size()), chunk));
      return bytes;
    }
    return fail(ErrorKind::denied,
                fmt::format("{} lies below no authorized prefix; --authorize PREFIX allows it", url));
  };
}

}  // namespace vdp
