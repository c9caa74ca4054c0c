// Manifest: the object manifests/ID, where the chunks of one or several arrays are.
#pragma once

#include <vector>

#include "icechunk/format/ref_rows.h"

namespace vdp::icechunk {

struct ArrayManifest {
  NodeId node;
  RefTable refs;  ///< sorted, without missing chunks
};

struct Manifest {
  ManifestId id;
  std::vector<ArrayManifest> arrays;  ///< sorted by node

  /// Nothing where the manifest has no reference of that array.
  const RefTable* find(const NodeId& node) const;
  std::uint64_t memory_bytes() const;
};

/// The whole object of one array, header included. Each location is written once, whatever the number of its chunks.
/// `refs` is sorted, not empty and without missing chunks. `limit` where a reader would refuse its size.
Result<Bytes> encode_manifest(const ManifestId& id, const NodeId& node, const RefTable& refs);
/// The same with some rows of a table, of which no copy is made.
Result<Bytes> encode_manifest(const ManifestId& id, const NodeId& node, const RefRows& rows);

/// References are in order, of one rank per array, and each says in exactly one way where its bytes are.
Result<Manifest> decode_manifest(ByteView object);

}  // namespace vdp::icechunk
