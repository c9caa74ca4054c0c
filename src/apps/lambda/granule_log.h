// What the log tells of each granule of a batch.
#pragma once

#include "pipeline/outcome.h"

namespace vdp::lambda {

/// One line: what became of it (granule, outcome, refs, and the reason where it was not written).
void log_outcome(const Outcome& outcome);

}  // namespace vdp::lambda
