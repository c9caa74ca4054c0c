#include "formats/hdf5/sparse_bytes.h"

#include <algorithm>
#include <utility>

namespace vdp::hdf5 {

Decoded<ByteView> SparseBytes::view(std::uint64_t offset, std::uint64_t length, std::uint64_t wanted) const {
  if (const auto held = held_.view(offset, length)) return *held;
  misses_.push_back({offset, std::min(std::max(length, wanted), file_size_ - offset)});
  return missing();
}

std::vector<ByteRange> SparseBytes::take_misses() { return std::exchange(misses_, {}); }

}  // namespace vdp::hdf5
