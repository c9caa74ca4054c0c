// vdp run: the main job.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "apps/cli/progress_bar.h"
#include "apps/cli/verb.h"
#include "pipeline/run.h"
#include "pipeline/store_layout.h"

namespace vdp::cli {
namespace {

/// A plural where there is one: "1 file", "3 files".
std::string count(std::uint64_t number, const std::string& noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

Json report_json(const dataset::DatasetFile& file, const RunReport& report, bool dry_run) {
  Json rejections = Json::array();
  Json deferrals = Json::array();
  for (const Outcome& outcome : report.forward.not_written) {
    auto& list = outcome.kind == Outcome::Kind::rejected ? rejections : deferrals;
    list.push_back({{"uri", outcome.granule.uri}, {"reason", outcome.reason}});
  }
  return {{"dataset", file.identity.name},
          {"store", file.store.url},
          {"dry_run", dry_run},
          {"created", report.created},
          {"discovered", report.discovered},
          {"enqueued", report.enqueued},
          {"not_matching", report.not_matching},
          {"too_young", report.too_young},
          {"outcomes", to_json(report.forward.outcomes)},
          {"rejections", std::move(rejections)},
          {"deferrals", std::move(deferrals)},
          {"refs", report.forward.refs},
          {"commits", report.forward.commits},
          {"retries", report.forward.retries},
          {"notes", report.forward.notes},
          {"findings", report.findings},
          {"python", python_lines(file)}};
}

void print_outcomes(const RunReport& report) {
  const OutcomeCounts& counts = report.forward.outcomes;
  fmt::print("{}: {} written, {} replaced, {} unchanged, {} deferred, {} rejected\n", count(counts.total(), "file"),
             counts.written, counts.replaced, counts.unchanged, counts.deferred, counts.rejected);
  fmt::print("{} in {}\n", count(report.forward.refs, "virtual reference"), count(report.forward.commits, "commit"));
}

void print_findings(const RunReport& report) {
  for (const std::string& note : report.forward.notes) fmt::print("note: {}\n", note);
  for (const Outcome& outcome : report.forward.not_written) {
    fmt::print("{} {}: {}\n", to_string(outcome.kind), outcome.granule.uri, outcome.reason);
  }
  for (const std::string& finding : report.findings) fmt::print("finding: {}\n", finding);
  if (report.not_matching != 0) fmt::print("note: {} not matched by the pattern\n", count(report.not_matching, "file"));
  if (report.too_young != 0) fmt::print("note: {} left for later (source.min_age)\n", count(report.too_young, "file"));
}

void print_report(const dataset::DatasetFile& file, const RunReport& report, const PipelineOptions& options) {
  if (options.dry_run) {
    fmt::print("{} in {}; {} would be written to {}\n", count(report.discovered, "file"), file.source.prefix,
               count(report.enqueued, "file"), file.store.url);
    print_findings(report);
    fmt::print("next: vdp run {}\n", options.dataset.path);
    return;
  }
  if (report.enqueued == 0) {
    fmt::print("Nothing to do: {} in {}, all in the store.\n", count(report.forward.outcomes.unchanged, "file"),
               file.source.prefix);
  } else {
    fmt::print("{} {}\n", report.created ? "made" : "updated", file.store.url);
    print_outcomes(report);
  }
  print_findings(report);
  if (report.forward.outcomes.written + report.forward.outcomes.replaced + report.forward.outcomes.unchanged == 0)
    return;
  fmt::print("\nOpen it from Python:\n\n");
  const std::string lines = python_lines(file);
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    fmt::print("    {}\n", lines.substr(begin, end - begin));
    begin = end + 1;
  }
  fmt::print("\nnext: vdp status {}\n", options.dataset.path);
}

bool has_findings(const RunReport& report) {
  return report.forward.outcomes.rejected != 0 || report.forward.outcomes.deferred != 0 || !report.findings.empty();
}

int run(const PipelineOptions& options) {
  auto pipeline = open_pipeline(options);
  if (!pipeline) return pipeline.error();
  RunOptions run_options;
  run_options.dry_run = options.dry_run;
  Result<RunReport> report = internal("not run");
  {
    ProgressBar progress(system_clock(), isatty(STDERR_FILENO) == 1, options.output.quiet);
    run_options.progress = &progress;
    report = run_pipeline(pipeline->file, *pipeline->source, *pipeline->processor, run_options);
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
