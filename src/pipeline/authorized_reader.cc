#include "pipeline/authorized_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/json_field.h"
#include "net/aws/s3_place.h"
#include "pipeline/virtual_location.h"
#include "store/open_store.h"
#include "store/s3_store.h"

namespace vdp {
namespace {

constexpr std::string_view file_scheme = "file://";

/// Where reading is allowed.
struct AuthorizedPlace {
  std::string decoded_url;  ///< ends in '/': "s3://bucket" would authorize "s3://bucket-of-somebody-else" as well
  ObjectStorePtr store;
};

/// The settings of the S3 container that a prefix lies in, or that lies in the prefix; null where there is none.
Json container_settings(const icechunk::RepositoryConfig& config, const std::string& prefix) {
  for (const auto& container : config.virtual_chunk_containers()) {
    const std::string& known = container.url_prefix;
    if (!prefix.starts_with(known) && !known.starts_with(prefix)) continue;
    for (const char* kind : {"s3", "s3_compatible"}) {
      if (container.store.is_object() && container.store.contains(kind)) return container.store[kind];
    }
  }
  return nullptr;
}

/// What is left open, as the repository's container has it: see the header for what is not taken from it.
Result<StoreAccess> complete_access(const icechunk::RepositoryConfig& config, const std::string& prefix,
                                    StoreAccess access) {
  if (!prefix.starts_with("s3://")) return access;
  const Json settings = container_settings(config, prefix);
  if (!settings.is_object()) return access;
  if (access.region.empty() && aws::is_region_name(text_field(settings, "region"))) {
    access.region = text_field(settings, "region");
  }
  if (access.kind == AccessKind::automatic && is_set(settings, "anonymous")) access.kind = AccessKind::anonymous;
  const std::string named = text_field(settings, "endpoint_url");
  if (named.empty()) return access;
  VDP_ASSIGN(const auto place, s3_place_of(prefix, access));
  const auto endpoint = aws::parse_endpoint(named);
  if (endpoint && place.endpoint && endpoint->origin() == place.endpoint->origin()) return access;
  return fail(ErrorKind::denied,
              fmt::format("the repository says that this is at {}; if that is meant, name it yourself (--endpoint-url, "
                          "source.endpoint_url or AWS_ENDPOINT_URL_S3)",
                          without_secrets(named)));
}

Result<AuthorizedPlace> authorized_place(const icechunk::RepositoryConfig& config, AuthorizedPrefix authorized) {
  // People copy the prefix of a container, too.
  std::string& prefix = authorized.prefix;
  const auto containers = config.virtual_chunk_containers();
  const bool is_container =
      std::ranges::find(containers, prefix, &icechunk::VirtualChunkContainer::url_prefix) != containers.end();
  if (is_container && prefix.starts_with("file:///")) prefix = prefix.substr(file_scheme.size());
  const std::string place = "--authorize " + without_secrets(prefix);
  VDP_ASSIGN_IN(place, const StoreAccess access, complete_access(config, prefix, authorized.access));
  VDP_ASSIGN_IN(place, auto store, open_source_store(prefix, access));
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
                                                       const std::vector<AuthorizedPrefix>& prefixes) {
  std::vector<AuthorizedPlace> places;
  for (const AuthorizedPrefix& prefix : prefixes) {
    VDP_ASSIGN(auto place, authorized_place(config, prefix));
    places.push_back(std::move(place));
  }
  // Of two places that hold a chunk the narrower one is meant: it may be read as somebody else.
  std::ranges::stable_sort(places, std::greater<>(),
                           [](const AuthorizedPlace& place) { return place.decoded_url.size(); });
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
