// How old something must be before it may be given up, and whose clock says so.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {

/// What a session has written and not yet committed looks like garbage. No session may last longer than this.
inline constexpr std::int64_t default_minimum_age_us = 24 * std::int64_t{3'600'000'000};

/// `invalid` unless `cutoff_us` lies at least `minimum_age_us` before now by our clock.
Status check_age(Clock& clock, TimestampUs cutoff_us, std::int64_t minimum_age_us);

/// A time that is not later than now by the clock of the store, found out by writing an object and removing it.
Result<TimestampUs> store_time(RepositoryState& repository);

}  // namespace vdp::icechunk
