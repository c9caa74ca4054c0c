// vdp status: the store against its source.
#include <fmt/format.h>

#include "apps/cli/forward_report.h"
#include "apps/cli/verb.h"
#include "pipeline/status.h"

namespace vdp::cli {
namespace {

struct Options {
  DatasetOptions dataset;
  OutputOptions output;
  QueueLocation queue;
};

void print_status(const DatasetProcessor& processor, const StoreStatus& status) {
  fmt::print("dataset   {}\n", processor.file().identity.name);
  fmt::print("source    {}: {} files\n", processor.file().source.prefix, status.discovered);
  if (!status.exists) {
    fmt::print("store     {}: not made yet\n", processor.file().store.url);
    return;
  }
  fmt::print("store     {}\n", processor.file().store.url);
  fmt::print("snapshot  {} of {}, {} in history\n", status.snapshot, format_timestamp(status.committed_us),
             status.commits);
  fmt::print("granules  {}, {} not written yet\n", status.granules, status.missing);
  if (status.late != 0) fmt::print("late      {} in the ledger: vdp resort folds them in\n", status.late);
  fmt::print("slots     {} filled of {}\n", status.filled_slots, status.slots);
  if (status.slots != 0) fmt::print("axis      {} to {}\n", status.first_value, status.last_value);
  fmt::print("variables {}\n", status.variables);
}

void print_queue(const QueueDepth& depth) {
  const std::string age =
      depth.oldest_age_us ? fmt::format(", the oldest {} s", *depth.oldest_age_us / 1'000'000) : std::string();
  fmt::print("queue     {} waiting, {} in flight, {} dead{}\n", depth.waiting, depth.in_flight, depth.dead, age);
}

Result<QueueDepth> queue_depth(const Options& options, const dataset::DatasetFile& file) {
  VDP_ASSIGN(const auto queue, find_dataset_queue(file, options.queue));
  return queue == nullptr ? QueueDepth{} : queue->depth();
}

const char* next_verb(const StoreStatus& status, const QueueDepth& depth) {
  if (depth.dead != 0) return "dlq list";
  if (depth.waiting != 0) return "forward";
  if (status.missing != 0) return "run";
  return status.late != 0 ? "resort" : "verify";
}

int show(const Options& options) {
  auto processor = open_dataset(options.dataset, options.output);
  if (!processor) return processor.error();
  const auto status = store_status(**processor);
  if (!status) return report_error(status.error(), options.output);
  const auto depth = queue_depth(options, (*processor)->file());
  if (!depth) return report_error(depth.error(), options.output);
  if (options.output.json) {
    Json document = {{"dataset", (*processor)->file().identity.name}, {"store", (*processor)->file().store.url}};
    document.update(vdp::to_json(*status));
    document["queue"] = to_json(*depth);
    print_json(document);
  } else {
    print_status(**processor, *status);
    print_queue(*depth);
    fmt::print("next: vdp {} {}\n", next_verb(*status, *depth), options.dataset.path);
  }
  return status->missing != 0 || depth->dead != 0 ? exit_findings : exit_done;
}

}  // namespace

void add_status(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("status", "what the store holds, and what its source has that it lacks");
  add_dataset_options(*verb, options->dataset);
  add_output_options(*verb, options->output);
  add_queue_options(*verb, options->queue);
  verb->callback([options, &action] { action = [options] { return show(*options); }; });
}

}  // namespace vdp::cli
