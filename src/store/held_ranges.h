// HeldRanges: the ranges of one object that were read so far.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "store/object_store.h"

namespace vdp {

class HeldRanges {
 public:
  std::uint64_t held_bytes() const { return held_bytes_; }

  /// The first `length` bytes at `offset` or more, as far as they are held; nothing where fewer are. A view is valid
  /// until the next insert.
  std::optional<ByteView> view(std::uint64_t offset, std::uint64_t length) const;
  /// What remains of `range` without the parts at its ends that are held; of length 0 where all of it is.
  ByteRange without_held_ends(ByteRange range) const;

  /// Adds bytes that were read; ranges that touch become one.
  void insert(std::uint64_t offset, Bytes bytes);
  void clear();

 private:
  using Segments = std::map<std::uint64_t, Bytes>;
  /// The segment that holds the byte at `offset`, or ends there.
  Segments::const_iterator find(std::uint64_t offset) const;

  std::uint64_t held_bytes_ = 0;
  Segments segments_;  ///< by offset; they neither overlap nor touch
};

/// Sorted, without overlap, with ranges closer than `merge_gap` joined; empty ones are left out. The ends of all must
/// fit 64 bits.
std::vector<ByteRange> coalesce(std::vector<ByteRange> ranges, std::uint64_t merge_gap);

}  // namespace vdp
