// vdp backfill: a whole archive at once, in partitions, resumable.
#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "apps/cli/forward_report.h"
#include "apps/cli/progress_bar.h"
#include "apps/cli/stop_signal.h"
#include "apps/cli/verb.h"
#include "pipeline/backfill/estimate.h"
#include "pipeline/backfill/local_run.h"
#include "pipeline/python_lines.h"
#include "store/open_store.h"

namespace vdp::cli {
namespace {

struct Options {
  DatasetOptions dataset;
  OutputOptions output;
  std::string inventory = std::string(backfill::inventory_by_listing);
  std::string name = "backfill";
  std::string artifacts;
  std::uint64_t workers = 0;
  std::optional<std::uint64_t> partition_size;
  std::uint64_t batch = 0;
  std::optional<std::uint64_t> tolerate;
  bool dry_run = false;
};

Result<backfill::Site> open_site(const Options& options, dataset::DatasetFile file) {
  const std::string where = options.artifacts.empty() ? file.folder + ".vdp/backfill/" : options.artifacts;
  VDP_ASSIGN_IN("--artifacts", auto artifacts, open_store(where, file.store.access));
  // Each worker reads one file after the other.
  return backfill::Site::open(std::move(file), std::move(artifacts), 1);
}

backfill::LocalRunOptions run_options(const Options& options) {
  backfill::LocalRunOptions run;
  run.request = {options.name, options.inventory, options.partition_size, options.tolerate};
  run.workers = options.workers;
  run.batch = options.batch;
  run.stop = &stop_requested();
  return run;
}

Json rejections_json(const std::vector<backfill::Rejection>& rejections) {
  Json list = Json::array();
  for (const auto& rejection : rejections) list.push_back(to_json(rejection));
  return list;
}

Json to_json(const backfill::LocalRunReport& report, const dataset::DatasetFile& file) {
  const auto& promoted = report.promoted;
  return {{"dataset", file.identity.name},
          {"store", file.store.url},
          {"name", report.plan.run},
          {"plan", report.plan.id},
          {"dry_run", false},
          {"resumed", report.resumed},
          {"named", report.plan.named},
          {"partitions", report.plan.partitions.size()},
          {"partitions_before", report.partitions_before},
          {"outcomes", vdp::to_json(report.outcomes)},
          {"rejections", rejections_json(report.rejections)},
          {"refs", report.refs},
          {"commits", report.commits},
          {"retries", report.retries},
          {"promoted", promoted.promoted},
          {"placed_again", promoted.placed_again},
          {"snapshot", promoted.promoted ? Json(promoted.snapshot.text()) : Json()},
          {"notes", report.notes},
          {"ignored", report.ignored},
          {"python", python_lines(file).value_or("")}};
}

void print(const backfill::LocalRunReport& report, const Options& options, const dataset::DatasetFile& file) {
  const OutcomeCounts& counts = report.outcomes;
  if (report.plan.partitions.empty()) {
    fmt::print("Nothing to do: {} named, all in {}\n", count(report.plan.named, "file"), file.store.url);
  } else {
    fmt::print("{}: {} written, {} replaced, {} unchanged, {} rejected\n", count(counts.total(), "file"),
               counts.written, counts.replaced, counts.unchanged + report.plan.unchanged, counts.rejected);
    fmt::print("{} in {} of {}, {} retries\n", count(report.refs, "virtual reference"), count(report.commits, "commit"),
               count(report.plan.partitions.size(), "partition"), report.retries);
  }
  if (report.promoted.placed_again != 0) {
    fmt::print("{} that branch {} gained meanwhile placed again\n", count(report.promoted.placed_again, "file"),
               file.store.branch);
  }
  for (const std::string& note : report.notes) fmt::print("note: {}\n", note);
  for (const std::string& child : report.ignored) fmt::print("ignored {}\n", child);
  for (const auto& rejection : report.rejections) fmt::print("rejected {}: {}\n", rejection.uri, rejection.reason);
  if (!report.rejections.empty()) {
    fmt::print("next: vdp enqueue {} {}{}\n", options.dataset.path, report.rejections.front().uri,
               report.rejections.size() > 1 ? " ..." : "");
  } else {
    fmt::print("next: vdp status {}\n", options.dataset.path);
  }
}

int predict(const Options& options, const backfill::Site& site) {
  const auto request = run_options(options).request;
  const auto draft = backfill::draft_plan(site, request);
  if (!draft) return report_error(draft.error(), options.output);
  const std::uint64_t workers = options.workers != 0 ? options.workers : std::thread::hardware_concurrency();
  backfill::EstimateAssumptions assumptions;
  const auto estimate = backfill::estimate_run(site, *draft, workers, assumptions);
  if (!estimate) return report_error(estimate.error(), options.output);
  const backfill::Plan& plan = draft->partitioned.plan;
  if (options.output.json) {
    Json document = {{"dataset", site.file().identity.name},
                     {"store", site.file().store.url},
                     {"name", plan.run},
                     {"dry_run", true},
                     {"resumed", draft->partitioned.resumed},
                     {"named", plan.named},
                     {"files", plan.files()},
                     {"unchanged", plan.unchanged},
                     {"partitions", plan.partitions.size()},
                     {"rejections", rejections_json(plan.rejected)}};
    document["estimate"] = backfill::to_json(*estimate, assumptions);
    print_json(document);
    return plan.rejected.empty() ? exit_done : exit_findings;
  }
  fmt::print("{} named, {} in the store; {} would be written in {}\n", count(plan.named, "file"), plan.unchanged,
             count(plan.files(), "file"), count(plan.partitions.size(), "partition"));
  for (const auto& rejection : plan.rejected) fmt::print("rejected {}: {}\n", rejection.uri, rejection.reason);
  fmt::print("about {} commits, {} references to {}, {} requests to the source, {} for artifacts\n", estimate->commits,
             estimate->refs, format_bytes(estimate->source_bytes), estimate->source_requests,
             estimate->artifact_requests);
  fmt::print("about {} here with {}, by {} that were read\n",
             format_duration(static_cast<std::int64_t>(estimate->local_s) + 1), count(workers, "worker"),
             count(estimate->samples, "file"));
  fmt::print("about {} and ${:.2f} on AWS: {} functions of {} GB at once, {} files each, prices of us-east-1\n",
             format_duration(static_cast<std::int64_t>(estimate->cloud_s) + 1), estimate->cloud_cost,
             assumptions.concurrency, assumptions.function_memory_gb, assumptions.batch);
  fmt::print("next: vdp backfill {}\n", options.dataset.path);
  return plan.rejected.empty() ? exit_done : exit_findings;
}

int run_backfill(const Options& options) {
  auto file = load_dataset(options.dataset, options.output);
  if (!file) return file.error();
  const auto site = open_site(options, std::move(*file));
  if (!site) return report_error(site.error(), options.output);
  if (options.dry_run) return predict(options, *site);
  auto run = run_options(options);
  Result<backfill::LocalRunReport> report = internal("not run");
  {
    ProgressBar progress(system_clock(), isatty(STDERR_FILENO) == 1, options.output.quiet);
    run.progress = &progress;
    report = backfill::run_locally(*site, run);
  }
  if (!report) return report_error(report.error(), options.output);
  if (options.output.json) {
    print_json(to_json(*report, site->file()));
  } else {
    print(*report, options, site->file());
  }
  return report->rejections.empty() ? exit_done : exit_findings;
}

}  // namespace

void add_backfill(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("backfill", "load a whole archive at once; run again, it does what is missing");
  add_dataset_options(*verb, options->dataset);
  add_output_options(*verb, options->output);
  verb->add_option(
          "--inventory", options->inventory,
          "the files: a JSON array, CSV, a list of lines or the manifest.json of an S3 Inventory; \"list:\" asks "
          "the source, \"enumerate:\" generates them from the pattern")
      ->capture_default_str();
  verb->add_option("--name", options->name, "of the run: the same name goes on with it")->capture_default_str();
  verb->add_option("--workers", options->workers, "threads that read files; by default one per core");
  verb->add_option("--partition-size", options->partition_size,
                   "files of one commit, at most; by default backfill.partition")
      ->check(CLI::PositiveNumber);
  verb->add_option("--batch", options->batch, "files that a worker takes at once; by default backfill.batch")
      ->check(CLI::PositiveNumber);
  verb->add_option("--tolerate", options->tolerate,
                   "files that may be rejected, all in all, and are left out; by default backfill.tolerate");
  verb->add_option("--artifacts", options->artifacts,
                   "where what passes between the stages is kept; by default .vdp/backfill/ beside the dataset file")
      ->envname("VDP_BACKFILL_ARTIFACTS");
  verb->add_flag("--dry-run", options->dry_run, "predict commits, references, requests, time and cost; write nothing");
  verb->callback([options, &action] { action = [options] { return run_backfill(*options); }; });
}

}  // namespace vdp::cli
