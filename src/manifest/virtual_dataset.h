// What a source file virtualises to: groups of arrays whose chunks are byte ranges.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "manifest/chunk_manifest.h"
#include "zarr/array_metadata.h"

namespace vdp {

/// One array of a source: its zarr metadata (dimension names and attributes included) and where its chunks lie.
struct VirtualArray {
  zarr::ArrayMetadata metadata;
  ChunkManifest manifest;
};

/// An object of the source that could not be represented, and why.
struct SkippedObject {
  std::string path;
  std::string reason;
};

/// A whole source: every group and array by absolute path ("/", "/grid", "/grid/precipitation").
struct VirtualTree {
  std::string format;  ///< "hdf5", ...
  SourceLocation source;
  std::map<std::string, Json> groups;  ///< path -> attributes; the root is always there
  std::map<std::string, VirtualArray> arrays;
  std::vector<SkippedObject> skipped;
};

/// One group's arrays by name: what is placed into a store. Dimension sizes agree between variables.
struct VirtualDataset {
  std::map<std::string, VirtualArray> variables;
  Json attributes = Json::object();
  std::vector<SkippedObject> skipped;
  std::vector<std::string> notes;  ///< what was changed on the way and may surprise

  /// Length of each named dimension.
  std::map<std::string, std::uint64_t> dimension_sizes() const;
};

/// The arrays directly in group `path`, with dimension names relative to it. Fails where the group is missing, or where
/// two variables give one dimension different lengths (naming both).
Result<VirtualDataset> select_group(const VirtualTree& tree, const std::string& path);

}  // namespace vdp
