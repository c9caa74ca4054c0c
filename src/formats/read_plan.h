// ReadPlan: how much of a source is asked for at once.
#pragma once

#include <cstdint>

namespace vdp {

/// Tests set all of it small, so that every decoder meets missing bytes.
struct ReadPlan {
  std::uint64_t whole_file_bytes = 1 << 20;    ///< files up to this size: what follows the first read is read whole
  std::uint64_t first_read_bytes = 256 << 10;  ///< how much of the beginning the first read takes
  std::uint64_t merge_gap_bytes = 64 << 10;    ///< ranges with a smaller gap between them are read as one
  std::uint64_t read_ahead_bytes = 4 << 10;    ///< a missed range is read up to at least this length
  std::uint64_t read_before_bytes = 0;         ///< and so much before it
};

constexpr ReadPlan local_read_plan() { return {}; }

/// A service takes some 20 ms to answer at all, in which it could have sent a megabyte. The first read is what served
/// 332 files best, at 20 ms a round and 50 MB/s (docs/performance.md): with 64 KiB every sixth file of CMIP6 takes
/// another round, with 256 KiB every large file costs more than that saves. Gaps from 16 to 256 KiB make no difference;
/// wider ones read the data between the nodes of chunk indexes. libhdf5 allocates metadata in blocks of 2 KiB: what a
/// structure leads to often lies in the block before it.
constexpr ReadPlan remote_read_plan() { return {.first_read_bytes = 128 << 10, .read_before_bytes = 2 << 10}; }

}  // namespace vdp
