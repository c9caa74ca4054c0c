// vdp resort: late files that wait in the store's ledger are put in their places.
#include <fmt/format.h>

#include "apps/cli/forward_report.h"
#include "apps/cli/stop_signal.h"
#include "apps/cli/verb.h"
#include "pipeline/resort.h"

namespace vdp::cli {
namespace {

struct Options {
  DatasetOptions dataset;
  OutputOptions output;
  bool dry_run = false;
};

void print(const ResortReport& report, const Options& options) {
  fmt::print("{} in the ledger\n", count(report.waiting.size(), "late file"));
  if (options.dry_run) {
    for (const LateGranule& late : report.waiting) fmt::print("{} ({})\n", late.uri, late.value);
  } else {
    fmt::print("{} written, {} deferred, {} rejected in {}\n", report.outcomes.written, report.outcomes.deferred,
               report.outcomes.rejected, count(report.commits, "commit"));
  }
  for (const Outcome& outcome : report.not_written) {
    fmt::print("{} {}: {}\n", to_string(outcome.kind), outcome.granule.uri, outcome.reason);
  }
  fmt::print("next: vdp {} {}\n", options.dry_run ? "resort" : "status", options.dataset.path);
}

int run_resort(const Options& options) {
  auto processor = open_dataset(options.dataset, options.output);
  if (!processor) return processor.error();
  ResortOptions resort_options;
  resort_options.dry_run = options.dry_run;
  resort_options.stop = &stop_requested();
  const auto report = resort(**processor, resort_options);
  if (!report) return report_error(report.error(), options.output);
  if (options.output.json) {
    Json document = {{"dataset", (*processor)->file().identity.name}, {"dry_run", options.dry_run}};
    document.update(vdp::to_json(*report));
    print_json(document);
  } else {
    print(*report, options);
  }
  return report->not_written.empty() ? exit_done : exit_findings;
}

}  // namespace

void add_resort(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("resort", "put late files that wait in the store's ledger in their places");
  add_dataset_options(*verb, options->dataset);
  add_output_options(*verb, options->output);
  verb->add_flag("--dry-run", options->dry_run, "tell which files wait, and change nothing");
  verb->callback([options, &action] { action = [options] { return run_resort(*options); }; });
}

}  // namespace vdp::cli
