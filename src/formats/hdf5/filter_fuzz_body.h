// What the fuzz target of filters and the unit test of broken chunks both run.
#pragma once

#include <cstdlib>
#include <utility>

#include "formats/hdf5/filter_decoding.h"
#include "formats/hdf5/filter_id.h"

namespace vdp::hdf5 {

/// What comes out has exactly the chunk's size, whatever goes in: aborts where it has not.
inline void check_undone(const std::vector<Filter>& filters, ByteView stored, std::uint64_t chunk_bytes) {
  const auto decoded = undo_filters(filters, stored, chunk_bytes);
  if (decoded && decoded->size() != chunk_bytes) std::abort();
}

/// The first byte chooses a filter, the next ten are its client values, one the chunk's size; the rest is the chunk.
inline void undo_arbitrary(ByteView bytes) {
  constexpr std::uint16_t ids[] = {deflate, shuffle, fletcher32, szip, scaleoffset, bzip2, lzf, blosc, lz4, zstd};
  constexpr std::size_t values = 10;
  if (bytes.size() < values + 2) return;
  Filter filter{ids[bytes[0] % std::size(ids)], "", {}};
  for (std::size_t i = 1; i <= values; ++i) filter.client_data.push_back(bytes[i]);
  check_undone({filter}, bytes.subspan(values + 2), bytes[values + 1]);
}

}  // namespace vdp::hdf5
