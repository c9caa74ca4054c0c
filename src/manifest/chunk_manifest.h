// Where the bytes of an array's chunks lie: a table of columns, not a map of strings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "zarr/array_metadata.h"

namespace vdp {

/// One version of one source object.
struct SourceLocation {
  std::string url;
  std::string etag;                  ///< empty: unknown
  std::int64_t last_modified_s = 0;  ///< seconds since 1970, 0: unknown
  bool operator==(const SourceLocation&) const = default;
};

/// A byte range of a source.
struct VirtualRef {
  std::uint32_t location = 0;  ///< index into ChunkManifest::locations()
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const VirtualRef&) const = default;
};

/// The chunks of one array over a grid of fixed shape. A chunk is missing (reads as fill), virtual, or inlined bytes.
/// Only present chunks take memory: 28 bytes each. Entries are put in order by the first read after a change: until
/// then even reading is for one thread.
class ChunkManifest {
 public:
  ChunkManifest() = default;
  /// The number of positions of the grid must fit 64 bits: `for_array` checks that.
  explicit ChunkManifest(zarr::Shape grid_shape) : grid_shape_(std::move(grid_shape)) {}
  /// An empty manifest over the array's grid; `limit` where its positions cannot be counted in 64 bits.
  static Result<ChunkManifest> for_array(const zarr::ArrayMetadata& metadata);

  const zarr::Shape& grid_shape() const { return grid_shape_; }
  const std::vector<SourceLocation>& locations() const { return locations_; }
  std::uint32_t add_location(SourceLocation location);  ///< the same location again gives the same index

  /// Entries may be added in any order; the last one for an index holds. `index` is a position of the grid in C order.
  void set_virtual(std::uint64_t index, VirtualRef ref);
  void set_inline(std::uint64_t index, Bytes bytes);

  /// Number of present chunks.
  std::size_t size() const;

  /// Present chunks in C order of their index.
  struct Entry {
    std::uint64_t index = 0;
    VirtualRef ref;  ///< when `inlined` is null
    const Bytes* inlined = nullptr;
  };
  std::vector<std::uint64_t> indices() const;
  std::optional<Entry> find(std::uint64_t index) const;
  template <typename Visit>
  void for_each(Visit&& visit) const {
    sort();
    for (std::size_t i = 0; i < index_.size(); ++i) visit(entry(i));
  }

  /// Position in C order <-> index per dimension.
  std::uint64_t linear(const zarr::Shape& index) const;
  zarr::Shape unravel(std::uint64_t index) const;

  /// Puts `count` dimensions of length 1 in front of the grid: no chunk's position in C order changes.
  void add_leading_dimensions(std::size_t count);

  void reserve(std::size_t count);

 private:
  static constexpr std::uint32_t inlined_mark = 0xffffffff;
  Entry entry(std::size_t row) const;
  void sort() const {  ///< by index, last one wins; lazily, entries mostly arrive in order
    if (!sorted_) sort_rows();
  }
  void sort_rows() const;
  void add_row(std::uint64_t index, std::uint32_t location, std::uint64_t offset, std::uint64_t length);

  zarr::Shape grid_shape_;
  std::vector<SourceLocation> locations_;
  std::unordered_multimap<std::size_t, std::uint32_t> location_by_hash_;  // of the url
  // Columns, one row per entry.
  mutable std::vector<std::uint64_t> index_;
  mutable std::vector<std::uint32_t> location_;
  mutable std::vector<std::uint64_t> offset_;  ///< of inlined chunks: position in inlined_
  mutable std::vector<std::uint64_t> length_;
  std::vector<Bytes> inlined_;
  mutable bool sorted_ = true;
};

}  // namespace vdp
