// HDF5 and netCDF-4: from a source's bytes to its virtual tree.
//
// Three parts that do not know each other: SparseBytes holds the ranges that were read (cache), the decoders turn
// bytes into structures and name the ranges they miss (decode), and `fetch_until_decoded` reads those, a round at a
// time (fetch).
#pragma once

#include <cstdint>

#include "formats/byte_source.h"
#include "formats/parse.h"

namespace vdp::hdf5 {

/// How much is read at once. The defaults suit object stores and local disks; tests set them small, so that every
/// decoder meets missing bytes.
struct ReadPlan {
  std::uint64_t whole_file_bytes = 1 << 20;    ///< files up to this size are read whole in the first round
  std::uint64_t first_read_bytes = 256 << 10;  ///< of larger files: how much of the head the first round reads
  std::uint64_t merge_gap_bytes = 64 << 10;    ///< missed ranges with a smaller gap between them are read as one
  std::uint64_t read_ahead_bytes = 4 << 10;    ///< a missed range is read up to at least this length
};

/// Every group, attribute and chunk index of the file. An object that zarr cannot represent is in `skipped` with its
/// reason. Errors: `corrupt` for what is no HDF5 file, is truncated or breaks the format, naming offset, found and
/// expected; `limit`; and whatever the source answers.
Result<VirtualTree> parse(ByteSource& source, const ParseLimits& limits, const ReadPlan& plan = {});

}  // namespace vdp::hdf5
