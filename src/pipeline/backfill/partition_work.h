// What the stages of one partition hand to one another: where its fork and its children lie.
#pragma once

#include <cstdint>
#include <string>

#include "base/json_fwd.h"
#include "icechunk/format/ids.h"
#include "pipeline/backfill/plan.h"
#include "pipeline/backfill/site.h"

namespace vdp::backfill {

struct PartitionWork {
  Plan plan;
  std::uint64_t partition = 0;
  icechunk::SnapshotId base;  ///< that the fork was made of
  std::string work_prefix;    ///< of artifacts; ends in '/'
};

/// {"name", "plan_uri", "partition", "base", "fork_uri", "work_prefix"}.
Json to_json(const Site& site, const PartitionWork& work);
/// Reads the plan, too. `invalid` where the members do not belong together.
Result<PartitionWork> parse_partition_work(const Site& site, const Json& input);

}  // namespace vdp::backfill
