// The stage `promote`: the dataset's branch comes to stand where the run's stands.
#pragma once

#include <cstdint>

#include "base/json_fwd.h"
#include "pipeline/backfill/run_state.h"
#include "pipeline/backfill/site.h"

namespace vdp::backfill {

struct Promoted {
  bool promoted = false;           ///< false: there was nothing to promote
  icechunk::SnapshotId snapshot;   ///< the tip of the dataset's branch
  std::uint64_t placed_again = 0;  ///< granules that the branch gained meanwhile
  std::uint64_t rejected = 0;      ///< files that the run left out
};

/// Compare-and-swap of the dataset's branch, from the last tip whose granules the run's branch has; where it has moved
/// on, its new granules are placed again by key, and those that it lost are taken out. Then the run's branch is
/// deleted. `conflict` where a partition is not committed, where a granule of the dataset's branch has no place any
/// more, and where others have changed other nodes of the repository meanwhile: nothing is lost silently. Done twice,
/// it is done once.
Result<Promoted> promote_run(const Site& site, icechunk::Repository& repository, const Plan& plan);

Result<Json> promote_stage(const Site& site, const Json& input);

}  // namespace vdp::backfill
