// What the fuzz targets of single structures and the unit test of broken structures both run: a structure begins at an
// address of a file that is whole at hand, and whatever it leads to is read.
#pragma once

#include <cstdlib>
#include <optional>
#include <utility>

#include "formats/hdf5/btree_v2.h"
#include "formats/hdf5/chunk_index.h"
#include "formats/hdf5/fractal_heap.h"
#include "formats/hdf5/global_heap.h"
#include "formats/hdf5/local_heap.h"
#include "formats/hdf5/object.h"

namespace vdp::hdf5 {

/// The input of these targets: one byte that chooses, the address (2, little-endian), eight parameters, the file.
struct ArbitraryStructure {
  static constexpr std::size_t parameter_count = 8;
  static constexpr std::size_t head_bytes = 3 + parameter_count;

  std::uint8_t choice = 0;
  Address address = 0;
  ByteView parameters;
  SparseBytes bytes;
  Geometry geometry;

  /// Nothing where the input is too short.
  static std::optional<ArbitraryStructure> of(ByteView input) {
    if (input.size() < head_bytes) return std::nullopt;
    const ByteView file = input.subspan(head_bytes);
    const auto width = static_cast<std::uint8_t>((input[0] & 0x80) != 0 ? 4 : 8);
    ArbitraryStructure structure{static_cast<std::uint8_t>(input[0] & 0x7f), input[1] + 256ULL * input[2],
                                 input.subspan(3, parameter_count), SparseBytes(file.size()),
                                 Geometry{width, width, 0}};
    structure.bytes.insert(0, Bytes(file.begin(), file.end()));
    return structure;
  }
  FileView view() const { return {bytes, geometry, DecodeLimits::of_file(bytes.file_size(), 10'000, 16)}; }
};

/// An object with its links, messages and attributes.
inline void read_arbitrary_object(ByteView input) {
  const auto structure = ArbitraryStructure::of(input);
  if (!structure) return;
  Foresight foreseen;
  (void)read_object(structure->view(), structure->address, foreseen);
}

/// B-trees of both versions, and the symbol nodes that those of old groups lead to.
inline void read_arbitrary_btree(ByteView input) {
  const auto structure = ArbitraryStructure::of(input);
  if (!structure) return;
  const FileView file = structure->view();
  if (structure->choice % 2 == 0) {
    (void)read_btree_v2(file, structure->address);
    return;
  }
  const Address heap = structure->parameters[0] + 256ULL * structure->parameters[1];
  std::vector<Address> targets;
  (void)read_symbol_table(file, structure->address, heap, targets);
}

/// Objects of the three kinds of heaps; the parameters are the id.
inline void read_arbitrary_heap(ByteView input) {
  const auto structure = ArbitraryStructure::of(input);
  if (!structure) return;
  const FileView file = structure->view();
  if (structure->choice % 3 == 0) {
    auto heap = FractalHeap::open(file, structure->address);
    for (std::size_t bytes = 0; heap && bytes <= structure->parameters.size(); ++bytes) {
      (void)heap->object(structure->parameters.first(bytes));
    }
  } else if (structure->choice % 3 == 1) {
    GlobalHeap heap(file);
    for (std::uint32_t index = 0; index < 4; ++index) (void)heap.object(structure->address, index);
  } else {
    const auto heap = read_local_heap(file, structure->address);
    if (heap) (void)heap_text(*heap, structure->parameters[0]);
  }
}

/// A dataset of up to three dimensions whose chunk index is at the address. Chunks outside of its grid abort.
inline void read_arbitrary_chunk_index(ByteView input) {
  const auto structure = ArbitraryStructure::of(input);
  if (!structure) return;
  const ByteView parameters = structure->parameters;
  DatasetHeader dataset;
  dataset.type.size_bytes = 1;
  dataset.layout.kind = Layout::Kind::chunked;
  dataset.layout.version = 4;
  dataset.layout.address = structure->address;
  dataset.layout.index = static_cast<ChunkIndex>(structure->choice % 6);
  dataset.layout.edge_chunks_unfiltered = (parameters[7] & 8) != 0;
  if ((parameters[7] & 4) != 0) dataset.filters.push_back({1, "deflate", {4}});
  const std::size_t rank = 1 + parameters[7] % 3;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    dataset.space.shape.push_back(parameters[axis] * 16ULL);
    dataset.space.max_shape.push_back((parameters[6] >> axis) % 2 == 0 ? parameters[axis] * 16ULL : undefined_address);
    dataset.layout.chunk_shape.push_back(1ULL + parameters[3 + axis]);
  }
  const auto chunks = read_chunk_index(structure->view(), dataset, 32);
  if (!chunks) return;
  const auto grid = chunk_grid(dataset);
  for (const StoredChunk& chunk : *chunks) {
    if (!grid || chunk.index >= grid->count) std::abort();
  }
}

}  // namespace vdp::hdf5
