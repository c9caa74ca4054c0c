// Snapshot: the object snapshots/ID, all nodes of the hierarchy at one moment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "icechunk/format/ids.h"
#include "icechunk/format/metadata_value.h"

namespace vdp::icechunk {

/// Chunk indices [from, to) along one dimension.
struct IndexRange {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  bool operator==(const IndexRange&) const = default;
};

struct ManifestRef {
  ManifestId id;
  std::vector<IndexRange> extents;  ///< bounding box of the references, one range per dimension
  bool operator==(const ManifestRef&) const = default;
};

struct DimensionExtent {
  std::uint64_t length = 0;       ///< elements
  std::uint32_t chunk_count = 0;  ///< what readers and writers hold indices against
  bool operator==(const DimensionExtent&) const = default;
};

struct ArrayNode {
  std::vector<DimensionExtent> shape;
  /// One per dimension, or empty where zarr.json names none.
  std::vector<std::optional<std::string>> dimension_names;
  std::vector<ManifestRef> manifests;  ///< their extents do not overlap
};

struct NodeSnapshot {
  NodeId id;
  std::string path;
  std::string zarr_json;           ///< as it was given, byte for byte
  std::optional<ArrayNode> array;  ///< none: a group
  std::optional<Bytes> extra;
};

struct ManifestFile {
  ManifestId id;
  std::uint64_t size_bytes = 0;  ///< of the whole object: readers ask for exactly so many
  std::uint32_t ref_count = 0;
  std::optional<Bytes> extra;
};

struct Snapshot {
  SnapshotId id;
  std::optional<SnapshotId> parent;  ///< format version 1 only: version 2 keeps it in `repo`
  std::vector<NodeSnapshot> nodes;   ///< by the bytes of their paths
  TimestampUs flushed_at_us = 0;
  std::string message;
  std::vector<StoredMetadataItem> metadata;
  std::vector<ManifestFile> manifests;  ///< by id; exactly those that nodes refer to
  std::optional<Bytes> extra;
  std::uint8_t spec_version = 2;

  const NodeSnapshot* find(std::string_view path) const;
  const ManifestFile* find_manifest(const ManifestId& id) const;
};

/// The whole object in format version 2, header included.
Bytes encode_snapshot(const Snapshot& snapshot);
/// Nodes are in order, and their manifests have entries. Of version 1 the chunk counts are computed from chunk lengths
/// that its writers guessed: zarr.json knows better.
Result<Snapshot> decode_snapshot(ByteView object);

}  // namespace vdp::icechunk
