// The configuration that is stored in a repository. What we do not understand in it is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "icechunk/repo/manifest_splitting.h"

namespace vdp::icechunk {

/// A place that virtual chunks may come from.
struct VirtualChunkContainer {
  std::string url_prefix;           ///< ends in '/'
  std::optional<std::string> name;  ///< what "vcc://NAME/..." means
  Json store;                       ///< {"local_file_system": "/data"}, {"s3": {...}}, ...
};

/// For sources below a local directory: "file:///data/" with the store {"local_file_system": "/data"}.
VirtualChunkContainer local_container(const std::string& directory, std::optional<std::string> name = std::nullopt);

struct S3ContainerOptions {
  std::string region;
  std::string endpoint_url;  ///< empty: Amazon's; otherwise the container is "s3_compatible"
  bool anonymous = false;
  bool force_path_style = false;
  bool allow_http = false;
};
/// For sources below "s3://bucket/prefix/".
VirtualChunkContainer s3_container(const std::string& url_prefix, const S3ContainerOptions& options,
                                   std::optional<std::string> name = std::nullopt);
/// For sources below "https://host/path/".
VirtualChunkContainer http_container(const std::string& url_prefix, std::optional<std::string> name = std::nullopt);

class RepositoryConfig {
 public:
  RepositoryConfig() = default;
  /// `document`: the stored map, or null where the repository stores none.
  explicit RepositoryConfig(Json document) : document_(std::move(document)) {}

  const Json& document() const { return document_; }
  bool is_default() const { return document_.is_null() || document_.empty(); }

  /// Longest chunk, in bytes, that is kept inside a manifest. Default 512.
  std::uint32_t inline_chunk_threshold_bytes() const;
  /// Length of the operations log in one `repo` object. Default 1000.
  std::uint32_t updates_per_repo_object() const;
  /// By url_prefix. Entries without a usable prefix are left out.
  std::vector<VirtualChunkContainer> virtual_chunk_containers() const;
  Result<ManifestSplitting> manifest_splitting() const;

  void set_inline_chunk_threshold_bytes(std::uint16_t bytes);
  void set_updates_per_repo_object(std::uint32_t count);
  /// Adds the container, or replaces the one with its prefix. `invalid` unless the prefix is an absolute URL that ends
  /// in '/', and the name is free.
  Status set_virtual_chunk_container(const VirtualChunkContainer& container);
  void set_manifest_splitting(const ManifestSplitting& splitting);

 private:
  Json document_;
};

}  // namespace vdp::icechunk
