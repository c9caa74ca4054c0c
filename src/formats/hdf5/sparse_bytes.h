// The ranges of one file that were read so far (the cache between fetching and decoding), and those that were missed.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/decoded.h"
#include "store/held_ranges.h"

namespace vdp::hdf5 {

class SparseBytes {
 public:
  explicit SparseBytes(std::uint64_t file_size) : file_size_(file_size) {}

  std::uint64_t file_size() const { return file_size_; }
  std::uint64_t held_bytes() const { return held_.held_bytes(); }

  /// The first `length` bytes at `offset` or more, as far as they are held. Where fewer are held, `wanted` (at least
  /// `length`, cut at the end of the file) is recorded as a miss. The range must lie within the file. A view is valid
  /// until the next insert.
  Decoded<ByteView> view(std::uint64_t offset, std::uint64_t length, std::uint64_t wanted) const;
  Decoded<ByteView> view(std::uint64_t offset, std::uint64_t length) const { return view(offset, length, length); }

  /// Adds bytes that were read.
  void insert(std::uint64_t offset, Bytes bytes) { held_.insert(offset, std::move(bytes)); }
  ByteRange without_held_ends(ByteRange range) const { return held_.without_held_ends(range); }

  /// The ranges missed since the last call, in the order of asking.
  std::vector<ByteRange> take_misses();

 private:
  std::uint64_t file_size_;
  HeldRanges held_;
  mutable std::vector<ByteRange> misses_;
};

}  // namespace vdp::hdf5
