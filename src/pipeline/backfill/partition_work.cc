#include "pipeline/backfill/partition_work.h"

#include <fmt/format.h>

#include "pipeline/backfill/document.h"

namespace vdp::backfill {

Json to_json(const Site& site, const PartitionWork& work) {
  const Artifacts& artifacts = site.artifacts();
  return {{"version", document_version},
          {"name", work.plan.run},
          {"plan_uri", artifacts.uri(plan_key(work.plan))},
          {"partition", work.partition},
          {"base", work.base.text()},
          {"fork_uri", artifacts.uri(fork_key(work.work_prefix))},
          {"work_prefix", artifacts.uri(work.work_prefix)}};
}

Result<PartitionWork> parse_partition_work(const Site& site, const Json& input) {
  VDP_ASSIGN(const auto document, Document::of(input));
  PartitionWork work;
  VDP_ASSIGN(const std::string plan_uri, document.text("plan_uri"));
  VDP_ASSIGN(work.plan, site.artifacts().read_plan(plan_uri));
  VDP_ASSIGN(work.partition, document.count("partition"));
  if (work.partition >= work.plan.partitions.size()) {
    return invalid(fmt::format("partition: found {}, the plan has {}", work.partition, work.plan.partitions.size()));
  }
  VDP_ASSIGN(work.base, document.snapshot("base"));
  VDP_ASSIGN(const std::string prefix, document.text("work_prefix"));
  VDP_ASSIGN_IN("work_prefix", work.work_prefix, site.artifacts().key_of(prefix));
  const std::string expected = work_prefix(work.plan, work.partition, work.base);
  if (work.work_prefix == expected) return work;
  return invalid(fmt::format("work_prefix: found {}, expected {}", prefix, site.artifacts().uri(expected)));
}

}  // namespace vdp::backfill
