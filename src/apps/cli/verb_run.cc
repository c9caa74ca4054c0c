// vdp run: the main job.
#include <fmt/format.h>
#include <unistd.h>

#include "apps/cli/forward_report.h"
#include "apps/cli/progress_bar.h"
#include "apps/cli/stop_signal.h"
#include "apps/cli/verb.h"
#include "pipeline/python_lines.h"
#include "pipeline/run.h"
#include "queue/memory_queue.h"

namespace vdp::cli {
namespace {

Json report_json(const dataset::DatasetFile& file, const RunReport& report, bool dry_run) {
  Json document = to_json(report.forward);
  document.update({{"dataset", file.identity.name},
                   {"store", file.store.url},
                   {"dry_run", dry_run},
                   {"created", report.created},
                   {"listed", report.discovered.listed},
                   {"discovered", report.discovered.total},
                   {"enqueued", report.enqueued},
                   {"not_matching", report.discovered.not_matching},
                   {"too_young", report.discovered.too_young},
                   {"findings", report.discovered.findings},
                   {"python", python_lines(file).value_or("")}});
  return document;
}

void print_findings(const RunReport& report) {
  print_not_written(report.forward);
  const Discovered& discovered = report.discovered;
  for (const std::string& finding : discovered.findings) fmt::print("finding: {}\n", finding);
  if (discovered.not_matching != 0) {
    fmt::print("note: {} not matched by the pattern\n", count(discovered.not_matching, "file"));
  }
  if (discovered.too_young != 0) {
    fmt::print("note: {} left for later (source.min_age)\n", count(discovered.too_young, "file"));
  }
}

void print_python(const dataset::DatasetFile& file) {
  const std::string lines = python_lines(file).value_or("");
  if (!lines.empty()) fmt::print("\nOpen it from Python:\n\n");
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    fmt::print("    {}\n", lines.substr(begin, end - begin));
    begin = end + 1;
  }
}

void print_report(const dataset::DatasetFile& file, const RunReport& report, const PipelineOptions& options) {
  const OutcomeCounts& outcomes = report.forward.outcomes;
  if (options.dry_run) {
    fmt::print("{} in {}; {} would be written to {}\n", count(report.discovered.total, "file"), file.source.prefix,
               count(report.enqueued, "file"), file.store.url);
    print_findings(report);
    fmt::print("next: vdp run {}\n", options.dataset.path);
    return;
  }
  if (outcomes.total() == outcomes.unchanged) {
    fmt::print("Nothing to do: {} in {}, all in the store.\n", count(outcomes.unchanged, "file"), file.source.prefix);
  } else {
    fmt::print("{} {}\n", report.created ? "made" : "updated", file.store.url);
    print_counts(report.forward);
  }
  print_findings(report);
  if (outcomes.written + outcomes.replaced + outcomes.unchanged == 0) return;
  print_python(file);
  fmt::print("\nnext: vdp {} {}\n", outcomes.rejected != 0 ? "dlq list" : "status", options.dataset.path);
}

bool has_findings(const RunReport& report) {
  return report.forward.outcomes.rejected != 0 || report.forward.outcomes.deferred != 0 ||
         !report.discovered.findings.empty();
}

int run(const PipelineOptions& options) {
  auto pipeline = open_pipeline(options);
  if (!pipeline) return pipeline.error();
  // A dry run leaves nothing behind, not even an empty queue.
  auto queue = options.dry_run ? make_memory_queue() : open_dataset_queue(pipeline->file, options.queue);
  if (!queue) return report_error(queue.error(), options.output);
  RunOptions run_options;
  run_options.dry_run = options.dry_run;
  run_options.forward = forward_options(pipeline->file);
  run_options.forward.stop = &stop_requested();
  Result<RunReport> report = internal("not run");
  {
    ProgressBar progress(system_clock(), isatty(STDERR_FILENO) == 1, options.output.quiet);
    run_options.forward.progress = &progress;
    report = run_pipeline(pipeline->file, *pipeline->source, *pipeline->processor, **queue, run_options);
  }
  if (!report) return report_error(report.error(), options.output);
  if (options.output.json) {
    print_json(report_json(pipeline->file, *report, options.dry_run));
  } else {
    print_report(pipeline->file, *report, options);
  }
  return has_findings(*report) ? exit_findings : exit_done;
}

}  // namespace

void add_run(CLI::App& program, Action& action) {
  add_pipeline_verb(program, action, "run", "write to the store whatever it lacks of its source", run);
}

}  // namespace vdp::cli
