// Samples: what the store gives, read as a scientist would, held against source files that are parsed anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "icechunk/repo/repository.h"
#include "pipeline/verify/context.h"

namespace vdp {

struct SampleOptions {
  std::uint64_t count = 8;  ///< chunks that are drawn; 0: none, not even the first and the last slot's
  std::uint64_t seed = 0;   ///< the same seed draws the same chunks of the same store
  std::size_t threads = 0;  ///< 0: one per core
  Clock* clock = &system_clock();
};

struct SamplesReport {
  std::uint64_t granules = 0;     ///< files that were parsed anew
  std::uint64_t chunks = 0;       ///< that were compared, value by value
  std::uint64_t not_checked = 0;  ///< doubtful records that were not looked at, for there were too many
};

/// Draws `count` chunks over variables and granules, and one chunk of every variable of the first and of the last
/// filled slot. Each of their files is parsed anew, and wholly compared in what is cheap: metadata, references, axis
/// values, native rows. `usable` tells of each record whether its source is still the version that it names;
/// `doubtful` records are parsed too, as many as `count` at most. `repository` is newly opened.
Result<SamplesReport> verify_samples(VerifyContext& context, const icechunk::Repository& repository,
                                     const std::vector<bool>& usable, const std::vector<std::size_t>& doubtful,
                                     const SampleOptions& options);

}  // namespace vdp
