// What must hold of every tree, however broken its file: for fuzz targets and tests of hostile files.
#pragma once

#include <cstdlib>

#include "base/json.h"
#include "formats/inspect.h"
#include "manifest/virtual_dataset.h"

namespace vdp {

/// Aborts where something does not hold.
inline void check_tree(const VirtualTree& tree, std::uint64_t file_size) {
  const auto require = [](bool holds) {
    if (!holds) std::abort();
  };
  require(tree.groups.contains("/"));
  for (const auto& [path, array] : tree.arrays) {
    require(array.metadata.chunk_shape.size() == array.metadata.rank());
    require(array.metadata.dimension_names.size() == array.metadata.rank());
    require(array.manifest.grid_shape() == array.metadata.grid_shape());
    array.manifest.for_each([&](const ChunkManifest::Entry& entry) {
      if (entry.inlined != nullptr) return;
      require(entry.ref.length > 0 && entry.ref.offset <= file_size &&
              entry.ref.length <= file_size - entry.ref.offset);
    });
  }
  const auto document = inspect_document(tree);
  require(document && !dump_sorted(*document, -1).empty());
}

}  // namespace vdp
