// The stage `reduce`: what the workers of one partition made becomes one commit of the run's branch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "pipeline/backfill/partition_work.h"
#include "pipeline/backfill/run_state.h"

namespace vdp::backfill {

struct Reduced {
  PartitionCommit commit;
  std::vector<Rejection> rejections;  ///< none where it was committed before: see the artifact rejected.json
  std::vector<std::string> notes;     ///< each once
  std::vector<std::string> ignored;   ///< children that were not taken, and why
};

/// Axis values, records and native chunks are written here, and nowhere else. Nothing is committed where a child is
/// missing or two overlap (see collect_children), and where more files are rejected than the run tolerates (`limit`,
/// with the reasons); `tolerate` takes the place of the plan's. `conflict` where the branch is not at the partition's
/// base. A partition that is committed already is not committed again.
Result<Reduced> reduce_partition(const Site& site, const icechunk::Repository& repository, const PartitionWork& work,
                                 std::optional<std::uint64_t> tolerate = std::nullopt);

Result<Json> reduce_stage(const Site& site, const Json& input);

}  // namespace vdp::backfill
