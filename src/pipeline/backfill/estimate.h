// Estimate: what a run will take, from a few of its files.
#pragma once

#include <cstdint>

#include "base/json_fwd.h"
#include "pipeline/backfill/partition_stage.h"
#include "pipeline/backfill/site.h"

namespace vdp::backfill {

/// What the estimate takes for granted; prices are those of AWS in us-east-1, in dollars, of November 2026.
struct EstimateAssumptions {
  std::uint64_t batch = 10;        ///< files of one function
  std::uint64_t concurrency = 50;  ///< functions at once
  double function_memory_gb = 1.0;
  double function_gb_s_price = 0.0000166667;
  double function_call_price = 0.0000002;
  double get_price = 0.0000004;
  double put_price = 0.000005;
  double transition_price = 0.000025;  ///< of a standard workflow
};

struct Estimate {
  std::uint64_t samples = 0;  ///< files that were opened for it
  std::uint64_t commits = 0;
  std::uint64_t refs = 0;
  std::uint64_t source_bytes = 0;  ///< what the references cover; these are not copied
  std::uint64_t source_requests = 0;
  std::uint64_t artifact_requests = 0;  ///< puts and gets of plan, forks, items and children
  double local_s = 0;                   ///< with `workers` threads here
  double cloud_s = 0;
  double cloud_cost = 0;  ///< dollars
};

/// Opens up to three files, timed; `rejected` samples count as the others do. Errors: as of reading a file.
Result<Estimate> estimate_run(const Site& site, const DraftPlan& draft, std::uint64_t workers,
                              const EstimateAssumptions& assumptions = {});

/// With the assumptions beside the figures.
Json to_json(const Estimate& estimate, const EstimateAssumptions& assumptions);

}  // namespace vdp::backfill
