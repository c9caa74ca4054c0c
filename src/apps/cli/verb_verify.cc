// vdp verify: is the store what its sources say?
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "apps/cli/verb.h"
#include "base/random.h"
#include "pipeline/verify/verify.h"

namespace vdp::cli {
namespace {

using Kind = VerifyFinding::Kind;

/// Lines that a person may read; --json has all.
constexpr std::size_t max_printed = 50;

struct Options {
  DatasetOptions dataset;
  OutputOptions output;
  std::optional<std::uint64_t> samples;
  std::optional<std::uint64_t> seed;
};

std::uint64_t any_seed() {
  std::array<std::uint8_t, 4> bytes{};
  system_random().fill(bytes);
  std::uint64_t seed = 0;
  for (const std::uint8_t byte : bytes) seed = seed << 8 | byte;
  return seed;
}

bool has(const VerifyReport& report, std::initializer_list<Kind> kinds) {
  return std::ranges::any_of(
      report.findings, [&](const auto& finding) { return std::ranges::find(kinds, finding.kind) != kinds.end(); });
}

/// What to type next, for what was found.
void print_next(const Options& options, const std::string& store, const VerifyReport& report) {
  if (has(report, {Kind::missing, Kind::source_changed})) fmt::print("next: vdp run {}\n", options.dataset.path);
  if (has(report, {Kind::source_missing})) {
    fmt::print("next: bring the missing files back, then vdp verify {}\n", options.dataset.path);
  }
  if (has(report,
          {Kind::length, Kind::axis_value, Kind::record, Kind::no_record, Kind::foreign_ref, Kind::outside_container,
           Kind::ref_version, Kind::ref_range, Kind::no_refs, Kind::unreadable, Kind::mismatch, Kind::value})) {
    fmt::print("next: vdp repo log {}  (who wrote what does not fit)\n", store);
  }
}

void print_report(const Options& options, const std::string& store, const VerifyReport& report) {
  fmt::print("store     {}\n", store);
  fmt::print("snapshot  {}\n", report.snapshot);
  fmt::print("checked   {} granules in {} slots, {} references, {} files listed\n", report.granules, report.slots,
             report.refs, report.discovered);
  fmt::print("samples   {} chunks of {} files compared, seed {}\n", report.sampled_chunks, report.sampled_granules,
             report.seed);
  if (report.not_checked != 0) {
    fmt::print(
        "note      {} granules lack the references of a variable; only their files tell whether that is right: "
        "--samples N looks into N of them\n",
        report.not_checked);
  }
  const std::size_t shown = std::min(report.findings.size(), max_printed);
  for (std::size_t i = 0; i < shown; ++i) fmt::print("{}\n", describe(report.findings[i]));
  if (shown < report.findings.size()) {
    fmt::print("and {} more: --json tells all\n", report.findings.size() - shown);
  }
  fmt::print("findings  {}\n", report.findings.size());
  print_next(options, store, report);
}

int verify(const Options& options) {
  auto processor = open_dataset(options.dataset, options.output);
  if (!processor) return processor.error();
  VerifyOptions how;
  how.samples = options.samples;
  how.seed = options.seed ? *options.seed : any_seed();
  const auto report = verify_store(**processor, how);
  if (!report) return report_error(report.error(), options.output);
  const auto& file = (*processor)->file();
  if (options.output.json) {
    Json document = {{"dataset", file.identity.name}, {"store", file.store.url}};
    document.update(to_json(*report));
    print_json(document);
  } else {
    print_report(options, file.store.url, *report);
  }
  return report->findings.empty() ? exit_done : exit_findings;
}

}  // namespace

void add_verify(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("verify", "the store against its sources: references, versions, values");
  add_dataset_options(*verb, options->dataset);
  add_output_options(*verb, options->output);
  verb->add_option("--samples", options->samples,
                   "chunks to compare with their files; 0: none (default: verify.samples)");
  verb->add_option("--seed", options->seed, "draws the same samples again");
  verb->callback([options, &action] { action = [options] { return verify(*options); }; });
}

}  // namespace vdp::cli
