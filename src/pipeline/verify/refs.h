// References held against records: does every slot point into the granule that its record names, in its version, and
// at a place that readers may read?
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipeline/verify/context.h"

namespace vdp {

struct RefsReport {
  std::uint64_t refs = 0;  ///< that were looked at, of all variables
  /// Records (positions in the context's list, ascending) that have no reference at all in some variable, or chunks
  /// that are no references. Both are right where the source is so: only its file tells.
  std::vector<std::size_t> doubtful;
};

/// Every reference of every variable, by slices along the axis. A chunk that is missing is no finding: a source file
/// may leave chunks out.
Result<RefsReport> verify_refs(VerifyContext& context);

}  // namespace vdp
