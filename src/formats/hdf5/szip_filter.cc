// The filter szip, through the interface of the original library that libaec has.
#include <fmt/format.h>

#include "base/cursor.h"
#include "formats/hdf5/filter_decoding.h"

extern "C" {
#include <szlib.h>  // which does not say so itself
}

namespace vdp::hdf5 {

namespace {

/// What the format allows. The library takes more, and is not to be trusted with it.
bool is_of_szip(const SZ_com_t& parameters) {
  const int block = parameters.pixels_per_block;
  const int bits = parameters.bits_per_pixel;
  const int scanline = parameters.pixels_per_scanline;
  return block >= 2 && block <= SZ_MAX_PIXELS_PER_BLOCK && block % 2 == 0 &&
         ((bits >= 1 && bits <= 24) || bits == 32 || bits == 64) && scanline >= block &&
         scanline <= SZ_MAX_BLOCKS_PER_SCANLINE * block && scanline <= SZ_MAX_PIXELS_PER_SCANLINE;
}

}  // namespace

/// Client values: options, pixels per block, bits per pixel, pixels per scan line. The size of the output (4) leads.
Result<Bytes> undo_szip(const Filter& filter, ByteView stored, std::uint64_t max_bytes) {
  if (filter.client_data.size() < 4) {
    return corrupt(fmt::format("szip: {} client values found, 4 expected", filter.client_data.size()));
  }
  Cursor cursor(stored);
  VDP_ASSIGN(const std::uint64_t size, cursor.read_u32("szip: size"));
  if (size > max_bytes) return over_limit(fmt::format("szip: {} bytes, at most {} allowed", size, max_bytes));
  SZ_com_t parameters{};
  parameters.options_mask = static_cast<int>(filter.client_data[0]);
  parameters.pixels_per_block = static_cast<int>(filter.client_data[1]);
  parameters.bits_per_pixel = static_cast<int>(filter.client_data[2]);
  parameters.pixels_per_scanline = static_cast<int>(filter.client_data[3]);
  const int bits = parameters.bits_per_pixel;
  const int pixel_bytes = bits > 32 ? 8 : bits > 16 ? 4 : bits > 8 ? 2 : 1;
  if (!is_of_szip(parameters) || size == 0 || size % static_cast<std::uint64_t>(pixel_bytes) != 0) {
    return corrupt(fmt::format("szip: {} pixels per block, {} bits per pixel, {} pixels per scan line, {} bytes",
                               parameters.pixels_per_block, bits, parameters.pixels_per_scanline, size));
  }
  Bytes output(size);
  std::size_t written = output.size();
  const ByteView encoded = stored.subspan(cursor.position());
  const int status = SZ_BufftoBuffDecompress(output.data(), &written, encoded.data(), encoded.size(), &parameters);
  if (status != SZ_OK || written != size) {
    return corrupt(fmt::format("szip: {} bytes expected, {} came, status {}", size, written, status));
  }
  return output;
}

}  // namespace vdp::hdf5
