// Fetching in rounds: everything that decoding misses is read at once, then decoding goes on.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "formats/byte_source.h"
#include "formats/hdf5/sparse_bytes.h"
#include "formats/read_plan.h"

namespace vdp::hdf5 {

/// Decodes one thing from `SparseBytes`, and may add further tasks. It is run again after a miss, so what it did until
/// then must be fit to be done twice.
using DecodeTask = std::function<Decoded<void>()>;

/// Runs all tasks to their end. Each round reads what the pending ones missed, in one call of source.read. `limit`
/// where more than `max_bytes` would be held; a task's error ends everything.
Status fetch_until_decoded(ByteSource& source, SparseBytes& bytes, std::deque<DecodeTask>& tasks, const ReadPlan& plan,
                           std::uint64_t max_bytes);

}  // namespace vdp::hdf5
