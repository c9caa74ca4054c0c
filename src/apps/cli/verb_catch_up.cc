// vdp catch-up: what an archive has and the store lacks goes into the queue.
#include <fmt/format.h>

#include "apps/cli/forward_report.h"
#include "apps/cli/verb.h"
#include "pipeline/backfill/missing_files.h"
#include "pipeline/backfill/run_inventory.h"
#include "pipeline/enqueue.h"
#include "pipeline/run.h"
#include "store/open_store.h"

namespace vdp::cli {
namespace {

struct Options {
  PipelineOptions pipeline;
  std::string inventory = std::string(backfill::inventory_by_listing);
};

Result<backfill::MissingFiles> find_gap(const Options& options, const Pipeline& pipeline) {
  // Nothing is written to where a backfill of the dataset would keep its artifacts.
  VDP_ASSIGN(auto artifacts, open_store(pipeline.file.folder + ".vdp/backfill/", pipeline.file.store.access));
  VDP_ASSIGN(const auto site, backfill::Site::open(pipeline.file, std::move(artifacts)));
  VDP_ASSIGN(auto missing, backfill::find_missing_files(site, options.inventory));
  // In the order of the axis, where that matters.
  VDP_ASSIGN(missing.granules, find_missing(*pipeline.processor, missing.granules));
  return missing;
}

Result<QueueDepth> send(const Options& options, const Pipeline& pipeline, const std::vector<Granule>& granules) {
  VDP_ASSIGN(const auto queue, open_dataset_queue(pipeline.file, options.pipeline.queue));
  VDP_ASSIGN(const QueueDepth depth, queue->depth());
  VDP_TRY(send_again(*queue, granules));
  return depth;
}

int catch_up(const Options& options) {
  const OutputOptions& output = options.pipeline.output;
  const bool dry_run = options.pipeline.dry_run;
  const auto pipeline = open_pipeline(options.pipeline);
  if (!pipeline) return pipeline.error();
  const auto missing = find_gap(options, *pipeline);
  if (!missing) return report_error(missing.error(), output);
  QueueDepth before;
  if (!dry_run) {
    const auto sent = send(options, *pipeline, missing->granules);
    if (!sent) return report_error(sent.error(), output);
    before = *sent;
  }
  const std::size_t gap = missing->granules.size();
  if (output.json) {
    print_json({{"dataset", pipeline->file.identity.name},
                {"store", pipeline->file.store.url},
                {"dry_run", dry_run},
                {"named", missing->named},
                {"enqueued", gap},
                {"waited_before", before.waiting + before.in_flight},
                {"findings", missing->findings}});
  } else {
    for (const std::string& finding : missing->findings) fmt::print("finding: {}\n", finding);
    fmt::print("{} named, {} in the store; {} {}\n", count(missing->named, "file"), missing->named - gap,
               count(gap, "file"), dry_run ? "would be enqueued" : "enqueued");
    if (before.waiting + before.in_flight != 0) {
      fmt::print("{} waited already: a file that is there twice is written once\n",
                 count(before.waiting + before.in_flight, "message"));
    }
    fmt::print("next: vdp forward {}\n", options.pipeline.dataset.path);
  }
  return missing->findings.empty() ? exit_done : exit_findings;
}

}  // namespace

void add_catch_up(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("catch-up", "enqueue what an inventory has and the store lacks");
  add_pipeline_options(*verb, options->pipeline);
  verb->add_option("--inventory", options->inventory,
                   "the files, as for backfill; \"list:\" asks the source, \"enumerate:\" generates them from the "
                   "pattern")
      ->capture_default_str();
  verb->callback([options, &action] { action = [options] { return catch_up(*options); }; });
}

}  // namespace vdp::cli
