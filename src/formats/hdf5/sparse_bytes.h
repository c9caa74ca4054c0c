// The ranges of one file that were read so far (the cache between fetching and decoding).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/bytes.h"
#include "formats/hdf5/decoded.h"
#include "store/object_store.h"

namespace vdp::hdf5 {

class SparseBytes {
 public:
  explicit SparseBytes(std::uint64_t file_size) : file_size_(file_size) {}

  std::uint64_t file_size() const { return file_size_; }
  std::uint64_t held_bytes() const { return held_bytes_; }

  /// The first `length` bytes at `offset` or more, as far as they are held. Where fewer are held, `wanted` (at least
  /// `length`, cut at the end of the file) is recorded as a miss. The range must lie within the file. A view is valid
  /// until the next insert.
  Decoded<ByteView> view(std::uint64_t offset, std::uint64_t length, std::uint64_t wanted) const;
  Decoded<ByteView> view(std::uint64_t offset, std::uint64_t length) const { return view(offset, length, length); }

  /// Adds bytes that were read; ranges that touch become one.
  void insert(std::uint64_t offset, Bytes bytes);

  /// The ranges missed since the last call, in the order of asking.
  std::vector<ByteRange> take_misses();

 private:
  std::uint64_t file_size_;
  std::uint64_t held_bytes_ = 0;
  std::map<std::uint64_t, Bytes> segments_;  ///< by offset; they neither overlap nor touch
  mutable std::vector<ByteRange> misses_;
};

/// Sorted, without overlap, with ranges closer than `merge_gap` joined, each at least `least_length` long where the
/// file (of `file_size` bytes) allows.
std::vector<ByteRange> coalesce(std::vector<ByteRange> ranges, std::uint64_t merge_gap, std::uint64_t least_length,
                                std::uint64_t file_size);

}  // namespace vdp::hdf5
