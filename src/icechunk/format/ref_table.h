// References of one array's chunks, as columns: a million of them take tens of megabytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "icechunk/format/chunk_ref.h"
#include "icechunk/format/location_table.h"

namespace vdp::icechunk {

/// A row holds 4 bytes per dimension and 21 more; a native chunk 12 in addition, an inlined one its bytes, and each
/// location is held once. Rows are appended in any order; sorting puts them into C order of their indices, and of rows
/// with the same index the one appended last remains.
class RefTable {
 public:
  explicit RefTable(std::size_t rank) : rank_(rank) {}

  std::size_t rank() const { return rank_; }
  std::size_t size() const { return kind_.size(); }
  bool empty() const { return kind_.empty(); }
  void reserve(std::size_t rows);

  std::uint32_t add_location(const LocationTable::View& location) { return locations_.add(location); }
  // `index` has `rank` numbers.
  void append_inline(std::span<const std::uint32_t> index, ByteView bytes);
  void append_native(std::span<const std::uint32_t> index, const ChunkId& id, std::uint64_t offset,
                     std::uint64_t length);
  void append_virtual(std::span<const std::uint32_t> index, std::uint32_t location, std::uint64_t offset,
                      std::uint64_t length);
  /// A chunk that is deleted: change sets know such rows, manifests do not.
  void append_missing(std::span<const std::uint32_t> index);
  /// A copy of a row of this kind of another table.
  void append(const ChunkRefView& row);

  /// Drops the rows from the `rows`-th on, in the order in which they lie now.
  void truncate(std::size_t rows);

  bool sorted() const { return sorted_rows_ == size(); }
  void sort();

  std::span<const std::uint32_t> index(std::size_t row) const { return {index_.data() + row * rank_, rank_}; }
  /// Of all rows, one after the other.
  std::span<const std::uint32_t> indices() const { return index_; }
  ChunkRefKind kind(std::size_t row) const { return kind_[row]; }
  ChunkRefView operator[](std::size_t row) const;

  // In a sorted table.
  std::size_t lower_bound(std::span<const std::uint32_t> index) const;
  std::optional<std::size_t> find(std::span<const std::uint32_t> index) const;

  const LocationTable& locations() const { return locations_; }
  // Parts of a row, each of the kinds that have it.
  std::uint32_t location(std::size_t row) const { return target_[row]; }  ///< position in locations()
  const ChunkId& chunk_id(std::size_t row) const { return chunk_ids_[target_[row]]; }
  ByteView inlined(std::size_t row) const { return ByteView(inlined_).subspan(offset_[row], length_[row]); }
  std::uint64_t offset(std::size_t row) const { return offset_[row]; }  ///< of native and virtual chunks
  std::uint64_t length(std::size_t row) const { return length_[row]; }
  std::uint64_t memory_bytes() const;

 private:
  void append_row(std::span<const std::uint32_t> index, ChunkRefKind kind, std::uint32_t target, std::uint64_t offset,
                  std::uint64_t length);
  std::vector<std::size_t> sorted_order() const;

  std::size_t rank_;
  std::size_t sorted_rows_ = 0;       ///< so many rows from the first are in order
  std::vector<std::uint32_t> index_;  ///< rank_ numbers per row
  std::vector<ChunkRefKind> kind_;
  std::vector<std::uint32_t> target_;  ///< virtual: position in locations_; native: position in chunk_ids_
  std::vector<std::uint64_t> offset_;  ///< inlined: position in inlined_
  std::vector<std::uint64_t> length_;
  LocationTable locations_;
  std::vector<ChunkId> chunk_ids_;
  Bytes inlined_;
};

/// C order of two indices of the same rank.
bool index_less(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b);

}  // namespace vdp::icechunk
