#include "pipeline/backfill/stages.h"

#include <fmt/format.h>

#include "base/json.h"
#include "pipeline/backfill/fork_stage.h"
#include "pipeline/backfill/initialize_stage.h"
#include "pipeline/backfill/partition_stage.h"
#include "pipeline/backfill/partition_worker.h"
#include "pipeline/backfill/promote_stage.h"
#include "pipeline/backfill/reduce_stage.h"

namespace vdp::backfill {
namespace {

Result<Json> partition_stage(const Site& site, const Json& input) {
  VDP_ASSIGN(const auto request, parse_partition_request(input));
  VDP_ASSIGN(const auto partitioned, partition_inventory(site, request));
  return to_json(site, partitioned);
}

}  // namespace

Result<Json> run_stage(const Site& site, std::string_view stage, const Json& input, const Deadline& read_until) {
  if (stage == "partition") return partition_stage(site, input);
  if (stage == "initialize") return initialize_stage(site, input);
  if (stage == "fork") return fork_stage(site, input);
  if (stage == "process") return process_stage(site, input, read_until);
  if (stage == "reduce") return reduce_stage(site, input);
  if (stage == "promote") return promote_stage(site, input);
  return invalid(fmt::format("there is no stage \"{}\"", stage));
}

}  // namespace vdp::backfill
