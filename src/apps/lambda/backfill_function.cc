#include "apps/lambda/backfill_function.h"

#include <fmt/format.h>

#include "base/deadline.h"
#include "base/json.h"
#include "base/log.h"
#include "pipeline/backfill/site.h"
#include "pipeline/backfill/stages.h"
#include "store/open_store.h"

namespace vdp::lambda {
namespace {

/// Before the service gives up on an invocation: no source is begun to be read.
constexpr std::int64_t read_margin_us = 10'000'000;

Result<backfill::Site> open_site(const FunctionSettings& settings) {
  if (settings.backfill_artifacts_url.empty()) {
    return invalid(
        "VDP_BACKFILL_ARTIFACTS: found nothing, expected the URL of a prefix for the artifacts of backfills");
  }
  auto file = dataset::load_dataset_file(settings.dataset_path, {}, dataset::process_environment, settings.store_url);
  if (!file) return std::unexpected(dataset::to_error(settings.dataset_path, file.error()));
  VDP_ASSIGN_IN("VDP_BACKFILL_ARTIFACTS", auto artifacts,
                open_store(settings.backfill_artifacts_url, file->store.access));
  return backfill::Site::open(std::move(*file), std::move(artifacts));
}

}  // namespace

Result<Json> BackfillFunction::handle(const Json& event, const Invocation& invocation) {
  const TimestampUs started_us = system_clock().now_us();
  if (settings_.processor != "dataset") {
    return unsupported(
        fmt::format("VDP_PROCESSOR: found \"{}\"; a backfill is done by the dataset file alone", settings_.processor));
  }
  VDP_ASSIGN(const auto site, open_site(settings_));
  Json input = event;
  if (stage_ == "partition" && input.is_object() && !input.contains("partition_size") &&
      settings_.backfill_partition_size) {
    input["partition_size"] = *settings_.backfill_partition_size;
  }
  Deadline read_until;
  if (invocation.deadline_us) read_until = Deadline(system_clock(), *invocation.deadline_us - read_margin_us);
  VDP_ASSIGN_IN("backfill_" + stage_, Json answer, backfill::run_stage(site, stage_, input, read_until));
  Json fields = answer;
  fields.erase("partitions");
  fields["dataset"] = site.file().identity.name;
  fields["stage"] = stage_;
  fields["duration_ms"] = static_cast<double>(system_clock().now_us() - started_us) / 1000;
  log(LogLevel::info, "backfill stage done", fields);
  return answer;
}

}  // namespace vdp::lambda
