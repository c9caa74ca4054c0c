// What the fuzz target and the unit test of hostile files both run on arbitrary bytes.
#pragma once

#include <cstdlib>

#include "base/bytes.h"
#include "base/json.h"
#include "formats/byte_source.h"
#include "formats/hdf5/parse.h"
#include "formats/inspect.h"

namespace vdp::hdf5 {

inline constexpr ParseLimits fuzz_limits{1 << 20, 500, 10'000, 16};

/// What must hold of every tree, however broken its file: aborts where it does not.
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

/// Parses `bytes` whole and in the smallest reads; must neither crash nor take long, whatever they are.
inline void parse_arbitrary(ByteView bytes) {
  for (const ReadPlan& plan : {ReadPlan{}, ReadPlan{0, 64, 0, 16}}) {
    const auto source = memory_source(Bytes(bytes.begin(), bytes.end()), "memory://fuzz/file");
    const auto tree = parse(*source, fuzz_limits, plan);
    if (tree) check_tree(*tree, bytes.size());
  }
}

}  // namespace vdp::hdf5
