// What the chunk indexes of layout version 4 have in common: elements that say where a chunk lies, and their order.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "formats/hdf5/chunk_index.h"

namespace vdp::hdf5 {

/// Which chunk the n-th element of an array index belongs to: C order over the chunk grid of the maximum shape. An
/// extensible array counts its unlimited dimension slowest, wherever that stands in the shape.
///
/// It stands at one element: to step to the next one takes no division.
class ElementOrder {
 public:
  ElementOrder(const DatasetHeader& dataset, const ChunkGrid& grid);

  void seek(std::uint64_t element);
  void step();
  /// The chunk's index in the grid of the current extent; nothing where it lies beyond.
  std::optional<std::uint64_t> grid_index() const;

 private:
  std::vector<std::size_t> axes_;          ///< fastest first
  std::vector<std::uint64_t> max_counts_;  ///< by axis
  std::vector<std::uint64_t> counts_;      ///< by axis, of the current extent
  std::vector<std::uint64_t> position_;    ///< by axis, of the chunk
  bool is_beyond_ = false;                 ///< even the maximum shape has no such chunk
};

/// Collects the chunks that the elements of an array index name.
class ElementSink {
 public:
  /// `filtered`: an element is address, stored size and filter mask (4); otherwise the address alone.
  ElementSink(const FileView& file, const DatasetHeader& dataset, const ChunkGrid& grid, bool filtered,
              std::uint64_t element_bytes);

  Status check() const;
  /// `elements` one after the other, the first of them number `first`.
  Status add(std::uint64_t first, ByteView elements);
  std::vector<StoredChunk> take() { return std::move(chunks_); }

 private:
  const FileView& file_;
  ElementOrder order_;
  bool filtered_;
  std::uint64_t element_bytes_;
  std::uint64_t chunk_bytes_;
  std::vector<StoredChunk> chunks_;
};

/// Address, and of filtered chunks size (`size_width` bytes) and filter mask, at the cursor. Its index is left 0.
Result<StoredChunk> read_chunk_place(const FileView& file, Cursor& cursor, bool filtered, std::size_t size_width,
                                     std::uint64_t chunk_bytes);

// "VII. Appendix C: Types of Indexes for Dataset Chunks": one reader each.
Decoded<std::vector<StoredChunk>> read_fixed_array(const FileView& file, const DatasetHeader& dataset,
                                                   const ChunkGrid& grid);
Decoded<std::vector<StoredChunk>> read_extensible_array(const FileView& file, const DatasetHeader& dataset,
                                                        const ChunkGrid& grid);
Decoded<std::vector<StoredChunk>> read_btree_v2_chunks(const FileView& file, const DatasetHeader& dataset,
                                                       const ChunkGrid& grid);
/// Chunks one after the other, without an index.
Decoded<std::vector<StoredChunk>> read_implicit_chunks(const FileView& file, const DatasetHeader& dataset,
                                                       const ChunkGrid& grid);

}  // namespace vdp::hdf5
