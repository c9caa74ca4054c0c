// The stage `fork`: what the workers of one partition begin with.
#pragma once

#include <cstdint>
#include <optional>

#include "base/json_fwd.h"
#include "pipeline/backfill/partition_work.h"
#include "pipeline/backfill/run_state.h"
#include "pipeline/backfill/site.h"

namespace vdp::backfill {

struct ForkedPartition {
  PartitionWork work;
  std::vector<Item> items;
  std::optional<PartitionCommit> done;  ///< it is committed already; then there are no items
};

/// Writes the fork of the branch's tip, and the items. The same again while the branch stays where it is.
Result<ForkedPartition> fork_partition(const Site& site, const icechunk::Repository& repository, const Plan& plan,
                                       std::uint64_t partition);

Result<Json> fork_stage(const Site& site, const Json& input);

}  // namespace vdp::backfill
