// Numbers of filters: the library's own, and the registry's ("IV.A.2.l. Data Storage - Filter Pipeline").
#pragma once

#include <cstdint>

namespace vdp::hdf5 {

enum FilterId : std::uint16_t {
  deflate = 1,
  shuffle = 2,
  fletcher32 = 3,
  szip = 4,
  nbit = 5,
  scaleoffset = 6,
  bzip2 = 307,
  lzf = 32000,
  blosc = 32001,
  lz4 = 32004,
  bitshuffle = 32008,
  zfp = 32013,
  zstd = 32015,
  blosc2 = 32026,
};

}  // namespace vdp::hdf5
