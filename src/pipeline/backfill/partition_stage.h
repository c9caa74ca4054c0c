// The stage `partition`: an inventory becomes a plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "pipeline/backfill/plan.h"
#include "pipeline/backfill/run_inventory.h"
#include "pipeline/backfill/site.h"

namespace vdp::backfill {

struct PartitionRequest {
  std::string run;
  std::string inventory;                        ///< where it is: see load_inventory
  std::optional<std::uint64_t> partition_size;  ///< else as the dataset file says
  std::optional<std::uint64_t> tolerate;        ///< else as the dataset file says
};

struct Partitioned {
  Plan plan;
  std::vector<std::string> notes;
  bool resumed = false;  ///< the plan is that of a run that is under way
};

/// Makes the plan without writing it. `invalid` with all findings of the inventory at once; `limit` where more files
/// are rejected than tolerated. A run that is under way keeps its plan: `conflict` where it was made of another
/// inventory.
struct DraftPlan {
  Partitioned partitioned;
  dataset::Template store;               ///< as it is, or would be made; empty where resumed
  std::vector<std::vector<Item>> items;  ///< per partition; none where resumed
};
Result<DraftPlan> draft_plan(const Site& site, const PartitionRequest& request);

/// Makes the plan and writes it, with its items.
Result<Partitioned> partition_inventory(const Site& site, const PartitionRequest& request);

Result<PartitionRequest> parse_partition_request(const Json& input);
/// The answer. `limit` where it is beyond what a state machine hands on.
Result<Json> to_json(const Site& site, const Partitioned& partitioned);

}  // namespace vdp::backfill
