// The configuration that is stored in a repository. What we do not understand in it is kept.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"
#include "icechunk/repo/manifest_splitting.h"
#include "icechunk/repo/virtual_chunk_container.h"

namespace vdp::icechunk {

class RepositoryConfig {
 public:
  RepositoryConfig() = default;
  /// `document`: the stored map, or null where the repository stores none.
  explicit RepositoryConfig(Json document) : document_(std::move(document)) {}

  const Json& document() const { return document_; }
  bool is_default() const { return document_.is_null() || document_.empty(); }

  /// This configuration, overlaid by what `over` gives: part by part, but for the containers and the preload rule,
  /// which are taken whole. Null is not given. Keys that only one of the two has are kept, known or not.
  RepositoryConfig overlaid_by(const RepositoryConfig& over) const;

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
