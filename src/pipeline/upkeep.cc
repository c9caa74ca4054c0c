#include "pipeline/upkeep.h"

#include <fmt/format.h>

#include <chrono>

#include "base/log.h"
#include "pipeline/backfill/run_state.h"

namespace vdp {
namespace {

/// A run of a backfill is read from the history of its branch, and what its workers put into the store no snapshot
/// names: since a run began, nothing is old.
Result<TimestampUs> spare_backfills(const icechunk::Repository& repository, TimestampUs older_than_us) {
  VDP_ASSIGN(const auto run, backfill::find_oldest_run(repository));
  if (!run || run->began_us >= older_than_us) return older_than_us;
  log(LogLevel::warning, fmt::format("branch {} is of a backfill that began at {}: what is younger stays", run->branch,
                                     format_timestamp(run->began_us)));
  return run->began_us;
}

}  // namespace

Result<UpkeepReport> keep_store(const icechunk::Repository& repository, const dataset::GcSpec& gc,
                                const UpkeepOptions& options) {
  const std::int64_t age_us = std::chrono::duration_cast<std::chrono::microseconds>(gc.expire).count();
  UpkeepReport report;
  report.older_than_us = options.older_than_us.value_or(options.clock->now_us() - age_us);
  VDP_ASSIGN(report.older_than_us, spare_backfills(repository, report.older_than_us));

  icechunk::ExpireOptions expire;
  expire.older_than_us = report.older_than_us;
  expire.tags = gc.keep_tags ? icechunk::ExpiredRefs::keep : icechunk::ExpiredRefs::remove;
  expire.minimum_age_us = options.minimum_age_us;
  expire.dry_run = options.dry_run;
  VDP_ASSIGN_IN("expire", report.expired, icechunk::expire(repository, expire));

  icechunk::CollectOptions collect;
  collect.older_than_us = report.older_than_us;
  collect.minimum_age_us = options.minimum_age_us;
  collect.dry_run = options.dry_run;
  if (options.dry_run) collect.after_expiry = expire;
  collect.stop = options.stop;
  collect.on_progress = options.on_progress;
  VDP_ASSIGN_IN("collect", report.collected, icechunk::collect(repository, collect));
  return report;
}

}  // namespace vdp
