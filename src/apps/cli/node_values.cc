#include "apps/cli/node_values.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/native_rows.h"
#include "store/open_store.h"
#include "store/url.h"

namespace vdp::cli {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{4} << 30;

constexpr std::string_view file_scheme = "file://";

/// "vcc://NAME/rest" as the absolute URL that the configuration makes of it.
Result<std::string> absolute_url(const icechunk::RepositoryConfig& config, const std::string& url) {
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

/// One place has many encodings: what is compared is decoded.
Result<std::string> decoded(const std::string& url) {
  if (!url.starts_with(file_scheme)) return decode_path(url);
  VDP_ASSIGN(const std::string path, path_of_file_url(url));
  return std::string(file_scheme) + path;
}

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
  VDP_ASSIGN(auto url, decoded(store->url()));
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
    VDP_ASSIGN(const std::string url, absolute_url(config, chunk.location.url));
    VDP_ASSIGN_IN(url, const std::string location, decoded(url));
    for (const auto& [prefix, store] : places) {
      if (!location.starts_with(prefix)) continue;
      VDP_ASSIGN_IN(url, auto bytes, read_object(*store, location.substr(prefix.size()), chunk));
      return bytes;
    }
    return fail(ErrorKind::denied,
                fmt::format("{} lies below no authorized prefix; --authorize PREFIX allows it", url));
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
