// vdp forward: consumes the queue.
#include <fmt/format.h>
#include <unistd.h>

#include "apps/cli/duration_option.h"
#include "apps/cli/forward_report.h"
#include "apps/cli/progress_bar.h"
#include "apps/cli/stop_signal.h"
#include "apps/cli/verb.h"

namespace vdp::cli {
namespace {

struct Options {
  PipelineOptions pipeline;
  bool once = false;
  bool drain = false;
  bool follow = false;
  std::size_t batch = 0;  ///< 0: as the dataset file says
  std::int64_t visibility_timeout_us = ForwardOptions{}.visibility_timeout_us;
};

ForwardOptions chosen_options(const Options& options, const dataset::DatasetFile& file) {
  ForwardOptions chosen = forward_options(file);
  if (options.once) chosen.mode = ForwardMode::once;
  if (options.follow) chosen.mode = ForwardMode::follow;
  if (options.batch != 0) chosen.batch = options.batch;
  chosen.visibility_timeout_us = options.visibility_timeout_us;
  chosen.stop = &stop_requested();
  return chosen;
}

/// The store is not made here: a wrong URL must not become a new store that fills up unseen.
Result<icechunk::Repository> open_initialized(Processor& processor) {
  VDP_ASSIGN(auto found, processor.find_store());
  if (found) return std::move(*found);
  return processor.initialize_store({});
}

int print_report(const Options& options, const dataset::DatasetFile& file, const ForwardReport& report,
                 const QueueDepth& depth) {
  const std::string& path = options.pipeline.dataset.path;
  if (options.pipeline.output.json) {
    Json document = to_json(report);
    document.update({{"dataset", file.identity.name}, {"store", file.store.url}, {"queue", to_json(depth)}});
    print_json(document);
  } else {
    print_counts(report);
    print_not_written(report);
    fmt::print("{} waiting, {} in flight, {} dead\n", depth.waiting, depth.in_flight, depth.dead);
    fmt::print("next: vdp {} {}\n", depth.dead != 0 ? "dlq list" : "status", path);
  }
  return report.outcomes.rejected != 0 || report.outcomes.deferred != 0 ? exit_findings : exit_done;
}

int tell_what_waits(const Options& options, const dataset::DatasetFile& file) {
  const auto queue = find_dataset_queue(file, options.pipeline.queue);
  const auto depth = queue && *queue != nullptr ? (*queue)->depth() : Result<QueueDepth>(QueueDepth{});
  if (!queue || !depth) return report_error(queue ? depth.error() : queue.error(), options.pipeline.output);
  if (options.pipeline.output.json) {
    print_json({{"dataset", file.identity.name}, {"dry_run", true}, {"queue", to_json(*depth)}});
  } else {
    fmt::print("{} would be looked at\n", count(depth->waiting, "message"));
    fmt::print("next: vdp forward {}\n", options.pipeline.dataset.path);
  }
  return exit_done;
}

int run(const Options& options) {
  auto pipeline = open_pipeline(options.pipeline);
  if (!pipeline) return pipeline.error();
  if (options.pipeline.dry_run) return tell_what_waits(options, pipeline->file);
  const OutputOptions& output = options.pipeline.output;
  const auto repository = open_initialized(*pipeline->processor);
  if (!repository) {
    const bool none = repository.error().kind == ErrorKind::not_found;
    const int code = report_error(repository.error(), output);
    if (none) notice(LogLevel::info, fmt::format("next: vdp init {}", options.pipeline.dataset.path));
    return code;
  }
  const auto queue = open_dataset_queue(pipeline->file, options.pipeline.queue);
  if (!queue) return report_error(queue.error(), output);
  const auto before = (*queue)->depth();
  if (!before) return report_error(before.error(), output);
  Result<ForwardReport> report = internal("not run");
  {
    ProgressBar progress(system_clock(), isatty(STDERR_FILENO) == 1, output.quiet);
    ForwardOptions chosen = chosen_options(options, pipeline->file);
    chosen.progress = &progress;
    if (chosen.mode == ForwardMode::drain) chosen.counts.files_total = before->waiting + before->in_flight;
    auto opened = *repository;
    report = forward(*pipeline->processor, opened, **queue, chosen);
  }
  if (!report) return report_error(report.error(), output);
  const auto depth = (*queue)->depth();
  if (!depth) return report_error(depth.error(), output);
  return print_report(options, pipeline->file, *report, *depth);
}

}  // namespace

void add_forward(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("forward", "write what waits in the queue, a commit a batch");
  add_pipeline_options(*verb, options->pipeline);
  auto* once = verb->add_flag("--once", options->once, "one batch");
  auto* follow = verb->add_flag("--follow", options->follow, "until SIGINT or SIGTERM");
  auto* drain = verb->add_flag("--drain", options->drain, "until the queue is empty (the default)");
  once->excludes(follow)->excludes(drain);
  follow->excludes(drain);
  verb->add_option("--batch", options->batch, "the most granules of one commit; by default forward.batch")
      ->check(CLI::PositiveNumber);
  add_duration_option(*verb, "--visibility-timeout", options->visibility_timeout_us,
                      "how long messages of a consumer that is not heard of stay hidden");
  verb->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace vdp::cli
