#include "formats/hdf5/filter_decoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "formats/hdf5/filter_id.h"
#include "zarr/compression.h"
#include "zarr/filters.h"

namespace vdp::hdf5 {
namespace {

constexpr std::array known_filters = {deflate, shuffle, fletcher32, szip, nbit, scaleoffset,
                                      bzip2,   lzf,     blosc,      lz4,  zstd};
/// What filters that do not compress may add, and compressors that found nothing to compress.
constexpr std::uint64_t slack_bytes = 4096;

Result<Bytes> undo(const Filter& filter, ByteView stored, std::uint64_t max_bytes) {
  switch (filter.id) {
    case deflate:
      return zarr::decompress_zlib(stored, max_bytes);
    case shuffle:
      return zarr::unshuffle(stored, filter.client_data.empty() ? 1 : filter.client_data[0]);
    case fletcher32: {
      VDP_ASSIGN(const ByteView content, zarr::strip_fletcher32(stored));
      return Bytes(content.begin(), content.end());
    }
    case szip:
      return undo_szip(filter, stored, max_bytes);
    case nbit:
      // Types without unused bits, which are the only ones that become arrays, go through it unchanged.
      if (!leaves_values_alone(filter)) return unsupported("filter nbit of a type with unused bits");
      return Bytes(stored.begin(), stored.end());
    case scaleoffset:
      return undo_scaleoffset(filter, stored, max_bytes);
    case bzip2:
      return zarr::decompress_bzip2(stored, max_bytes);
    case lzf:
      return undo_lzf(stored, max_bytes);
    case blosc:
      return zarr::decompress_blosc(stored, max_bytes);
    case lz4:
      return undo_lz4(stored, max_bytes);
    case zstd:
      return zarr::decompress_zstd(stored, max_bytes);
    default:
      return unsupported(fmt::format("filter {} cannot be undone", filter.id));
  }
}

}  // namespace

bool can_undo(const std::vector<Filter>& filters) {
  return std::ranges::all_of(
      filters, [](const Filter& filter) { return std::ranges::find(known_filters, filter.id) != known_filters.end(); });
}

Result<Bytes> undo_filters(const std::vector<Filter>& filters, ByteView stored, std::uint64_t chunk_bytes) {
  Bytes decoded(stored.begin(), stored.end());
  const std::uint64_t max_bytes = chunk_bytes + chunk_bytes / 8 + slack_bytes;
  for (std::size_t i = filters.size(); i-- > 0;) {
    VDP_ASSIGN_IN(fmt::format("filter {}", filters[i].id), decoded, undo(filters[i], decoded, max_bytes));
  }
  if (decoded.size() != chunk_bytes) {
    return corrupt(fmt::format("a chunk of {} bytes found, {} expected", decoded.size(), chunk_bytes));
  }
  return decoded;
}

}  // namespace vdp::hdf5
