// The provenance records of a store as they stand, damaged ones included.
#pragma once

#include <string>
#include <vector>

#include "icechunk/repo/session.h"
#include "pipeline/verify/finding.h"

namespace vdp {

/// All records of granules that are in the store and can be read, by slot. Findings: texts that are no record, and
/// granules that fill slots in two places.
Result<std::vector<ProvenanceRecord>> read_records(const icechunk::Session& session, const std::string& group,
                                                   std::vector<VerifyFinding>& findings);

}  // namespace vdp
