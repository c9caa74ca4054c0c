// The filter szip, through the interface of the original library that libaec has.
#include <fmt/format.h>

#include "base/cursor.h"
#include "formats/hdf5/filter_decoding.h"

extern "C" {
#include <szlib.h>  // which does not say so itself
}

namespace vdp::hdf5 {

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
  const auto within = [](int value, int least, int most) { return value >= least && value <= most; };
  if (!within(parameters.pixels_per_block, 2, SZ_MAX_PIXELS_PER_BLOCK) || !within(parameters.bits_per_pixel, 1, 64) ||
      !within(parameters.pixels_per_scanline, 1, SZ_MAX_PIXELS_PER_SCANLINE)) {
    return corrupt(fmt::format("szip: {} pixels per block, {} bits per pixel, {} pixels per scan line",
                               parameters.pixels_per_block, parameters.bits_per_pixel, parameters.pixels_per_scanline));
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
