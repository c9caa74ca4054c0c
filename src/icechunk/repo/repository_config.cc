#include "icechunk/repo/repository_config.h"

#include <fmt/format.h>

#include <limits>

namespace vdp::icechunk {
namespace {

constexpr std::uint32_t default_inline_threshold_bytes = 512;
constexpr std::uint32_t default_updates_per_repo_object = 1000;
constexpr const char* containers_key = "virtual_chunk_containers";

/// A member of an object; null where there is none.
const Json& member(const Json& value, const char* key) {
  static const Json none;
  if (!value.is_object()) return none;
  const auto found = value.find(key);
  return found == value.end() ? none : *found;
}

std::uint32_t count_or(const Json& value, std::uint32_t otherwise) {
  if (!value.is_number_integer()) return otherwise;
  if (value.is_number_unsigned() ? value.get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max()
                                 : value.get<std::int64_t>() < 0) {
    return otherwise;
  }
  return value.get<std::uint32_t>();
}

/// The member as an object, made where it is missing or null.
Json& object_member(Json& value, const char* key) {
  if (!value.is_object()) value = Json::object();
  Json& found = value[key];
  if (!found.is_object()) found = Json::object();
  return found;
}

/// Replaced whole by the official library: a half of each would be neither.
bool is_taken_whole(const std::string& key) { return key == containers_key || key == "preload"; }

/// `depth` bounds the recursion; documents are not nested deeper (decode_flexbuffer, decode_config_yaml).
Json overlay(const Json& under, const Json& over, int depth) {
  if (over.is_null()) return under;
  if (!under.is_object() || !over.is_object() || depth == 0) return over;
  Json merged = under;
  for (const auto& [key, value] : over.items()) {
    Json& target = merged[key];
    if (value.is_null()) continue;
    target = is_taken_whole(key) ? value : overlay(target, value, depth - 1);
  }
  return merged;
}

bool is_absolute_prefix(const std::string& prefix) {
  const std::size_t scheme_end = prefix.find("://");
  return scheme_end != std::string::npos && scheme_end > 0 && prefix.ends_with('/');
}

}  // namespace

RepositoryConfig RepositoryConfig::overlaid_by(const RepositoryConfig& over) const {
  constexpr int deepest_part = 64;
  return RepositoryConfig(overlay(document_, over.document_, deepest_part));
}

std::uint32_t RepositoryConfig::inline_chunk_threshold_bytes() const {
  return count_or(member(document_, "inline_chunk_threshold_bytes"), default_inline_threshold_bytes);
}

std::uint32_t RepositoryConfig::updates_per_repo_object() const {
  return count_or(member(document_, "num_updates_per_repo_info_file"), default_updates_per_repo_object);
}

std::vector<VirtualChunkContainer> RepositoryConfig::virtual_chunk_containers() const {
  std::vector<VirtualChunkContainer> containers;
  const Json& stored = member(document_, containers_key);
  if (!stored.is_object()) return containers;
  for (const auto& [prefix, container] : stored.items()) {
    if (!is_absolute_prefix(prefix)) continue;
    const Json& name = member(container, "name");
    containers.push_back({prefix, name.is_string() ? std::optional<std::string>(name.get<std::string>()) : std::nullopt,
                          member(container, "store")});
  }
  return containers;
}

Result<ManifestSplitting> RepositoryConfig::manifest_splitting() const {
  VDP_ASSIGN_IN("configuration: manifest.splitting", ManifestSplitting splitting,
                ManifestSplitting::parse(member(member(document_, "manifest"), "splitting")));
  return splitting;
}

void RepositoryConfig::set_inline_chunk_threshold_bytes(std::uint16_t bytes) {
  if (!document_.is_object()) document_ = Json::object();
  document_["inline_chunk_threshold_bytes"] = bytes;
}

void RepositoryConfig::set_updates_per_repo_object(std::uint32_t count) {
  if (!document_.is_object()) document_ = Json::object();
  document_["num_updates_per_repo_info_file"] = count;
}

Status RepositoryConfig::set_virtual_chunk_container(const VirtualChunkContainer& container) {
  if (!is_absolute_prefix(container.url_prefix)) {
    return invalid(
        fmt::format("virtual chunk container: found the prefix \"{}\", expected an absolute URL that ends "
                    "in '/'",
                    container.url_prefix));
  }
  for (const VirtualChunkContainer& other : virtual_chunk_containers()) {
    if (container.name && other.name == container.name && other.url_prefix != container.url_prefix) {
      return invalid(
          fmt::format("virtual chunk container: the name {} is that of {} already", *container.name, other.url_prefix));
    }
  }
  object_member(document_, containers_key)[container.url_prefix] = {
      {"name", container.name ? Json(*container.name) : Json(nullptr)},
      {"url_prefix", container.url_prefix},
      {"store", container.store}};
  return {};
}

void RepositoryConfig::set_manifest_splitting(const ManifestSplitting& splitting) {
  Json& manifest = object_member(document_, "manifest");
  manifest["splitting"] = splitting.to_json();
  // The official structure knows no defaults for the other parts of `manifest`, only null.
  for (const char* other :
       {"preload", "virtual_chunk_location_compression", "max_concurrent_manifest_fetches_during_commit"}) {
    if (!manifest.contains(other)) manifest[other] = nullptr;
  }
}

}  // namespace vdp::icechunk
