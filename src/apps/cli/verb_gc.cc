// vdp gc: the dataset's store forgets what is old, and deletes what nothing needs.
#include <fmt/format.h>
#include <unistd.h>

#include "apps/cli/cutoff_option.h"
#include "apps/cli/stop_signal.h"
#include "apps/cli/upkeep_progress.h"
#include "apps/cli/upkeep_report.h"
#include "apps/cli/verb.h"
#include "pipeline/upkeep.h"
#include "processors/registry.h"

namespace vdp::cli {
namespace {

struct Options {
  DatasetOptions dataset;
  OutputOptions output;
  std::string processor = default_processor;
  Cutoff older_than;
  bool allow_recent = false;
  bool dry_run = false;
};

Result<UpkeepReport> keep(const dataset::DatasetFile& file, const Options& options) {
  VDP_ASSIGN(const auto processor, make_processor(options.processor, file));
  UpkeepProgress progress(system_clock(), isatty(STDERR_FILENO) == 1, options.output.quiet);
  UpkeepOptions upkeep;
  if (options.older_than.is_given()) upkeep.older_than_us = options.older_than.before(system_clock().now_us());
  if (options.allow_recent) upkeep.minimum_age_us = 0;
  upkeep.dry_run = options.dry_run;
  upkeep.stop = &stop_requested();
  upkeep.on_progress = [&](const icechunk::CollectProgress& counts) { progress.show(counts); };
  return processor->garbage_collect(upkeep);
}

int gc(const Options& options) {
  const auto file = load_dataset(options.dataset, options.output);
  if (!file) return file.error();
  const auto report = keep(*file, options);
  if (!report) return report_error(report.error(), options.output);
  if (options.output.json) {
    print_json({{"dataset", file->identity.name},
                {"store", file->store.url},
                {"dry_run", options.dry_run},
                {"older_than", format_timestamp(report->older_than_us)},
                {"expired", to_json(report->expired)},
                {"collected", to_json(report->collected)}});
    return exit_done;
  }
  fmt::print("{}: what is older than {}\n", file->store.url, format_timestamp(report->older_than_us));
  print_report(report->expired, options.dry_run);
  print_report(report->collected, options.dry_run);
  fmt::print("next: vdp {} {}\n", options.dry_run ? "gc" : "status", options.dataset.path);
  return exit_done;
}

}  // namespace

void add_gc(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("gc", "forget old snapshots, and delete what nothing needs any more");
  add_dataset_options(*verb, options->dataset);
  add_output_options(*verb, options->output);
  add_processor_option(*verb, options->processor);
  add_cutoff_option(*verb, "--older-than", options->older_than, "what goes; else gc.expire of the dataset file");
  verb->add_flag("--allow-recent", options->allow_recent, "allow less than a day: no session may be open that long");
  verb->add_flag("--dry-run", options->dry_run, "say what would go, and change nothing");
  verb->callback([options, &action] { action = [options] { return gc(*options); }; });
}

}  // namespace vdp::cli
