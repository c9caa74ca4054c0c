// The granules of a store held against what lies under the source prefix now.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "pipeline/verify/context.h"

namespace vdp {

struct SourcesReport {
  std::uint64_t discovered = 0;  ///< granules that the listing has
  std::vector<bool> unchanged;   ///< of each record: whether its object is the version that it names
};

/// Findings: objects that are gone or another version, and granules of the listing that the store does not have (those
/// younger than `source.min_age` are not due yet). The listing is taken once; only objects that it does not show in
/// the recorded version are asked for one by one, several at a time.
Result<SourcesReport> verify_sources(VerifyContext& context, TimestampUs now_us);

}  // namespace vdp
