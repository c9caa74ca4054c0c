// vdp gaps: holes along the axis, and the keys that would fill them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>

#include "apps/cli/verb.h"
#include "pipeline/gaps.h"
#include "store/url.h"

namespace vdp::cli {
namespace {

/// Lines that a person may read; --json has all.
constexpr std::size_t max_printed = 50;

struct Options {
  DatasetOptions dataset;
  OutputOptions output;
  std::uint64_t limit = 1000;
  bool keys = false;
  bool uris = false;
};

void print_keys(const Options& options, const DatasetProcessor& processor, const GapReport& report) {
  for (const std::string& key : report.keys) {
    fmt::print("{}\n", options.uris ? object_url(*processor.source(), key) : key);
  }
  if (report.keys_left_out != 0) {
    notice(LogLevel::warning, fmt::format("{} more keys beyond --limit {}", report.keys_left_out, options.limit));
  }
}

void print_list(const std::vector<std::string>& keys, std::uint64_t left_out) {
  const std::size_t shown = std::min(keys.size(), max_printed);
  for (std::size_t i = 0; i < shown; ++i) fmt::print("  {}\n", keys[i]);
  const std::uint64_t more = keys.size() - shown + left_out;
  if (more != 0) fmt::print("  and {} more: --keys --limit N\n", more);
}

void print_holes(const GapReport& report) {
  fmt::print("slots     {} empty of {}, in {} runs\n", report.empty_slots, report.slots, report.gaps.size());
  const std::size_t shown = std::min(report.gaps.size(), max_printed);
  for (std::size_t i = 0; i < shown; ++i) {
    const Gap& gap = report.gaps[i];
    fmt::print("  {} to {}  ({} slots from {})\n", gap.first, gap.last, gap.slots.size(), gap.slots.begin);
  }
  if (shown < report.gaps.size()) fmt::print("  and {} more runs: --json tells all\n", report.gaps.size() - shown);
  if (report.keys.empty() && report.open_fields.empty()) return;
  if (report.keys.empty()) {
    fmt::print("keys      none: the pattern has no field \"{}\"\n", fmt::join(report.open_fields, ", "));
    return;
  }
  fmt::print("keys      {}\n", report.open_fields.empty() ? "of the files that would fill them"
                                                          : fmt::format("but for {}, which no slot tells",
                                                                        fmt::join(report.open_fields, ", ")));
  print_list(report.keys, report.keys_left_out);
}

void print_report(const Options& options, const DatasetProcessor& processor, const GapReport& report) {
  fmt::print("store     {}\n", processor.file().store.url);
  if (report.regular) {
    print_holes(report);
  } else {
    fmt::print("slots     {}; a growing axis has no holes\n", report.slots);
    fmt::print("missing   {} granules that are listed\n", report.keys.size() + report.keys_left_out);
    print_list(report.keys, report.keys_left_out);
  }
  if (report.empty()) return;
  fmt::print("next: vdp run {}\n", options.dataset.path);
  if (!report.keys.empty() && report.open_fields.empty()) {
    const std::string& path = options.dataset.path;
    fmt::print("or:   vdp gaps {} --uris | vdp enqueue {} --inventory -\n", path, path);
  }
}

int show(const Options& options) {
  auto processor = open_dataset(options.dataset, options.output);
  if (!processor) return processor.error();
  const auto report = find_gaps(**processor, options.limit);
  if (!report) return report_error(report.error(), options.output);
  const auto& file = (*processor)->file();
  if (options.output.json) {
    Json document = {{"dataset", file.identity.name}, {"store", file.store.url}, {"prefix", file.source.prefix}};
    document.update(to_json(*report));
    print_json(document);
  } else if (!options.keys && !options.uris) {
    print_report(options, **processor, *report);
  } else if (!report->open_fields.empty()) {
    return report_error(Error{ErrorKind::unsupported,
                              fmt::format("the pattern \"{}\" makes no keys from slots alone: nothing tells {}",
                                          file.source.pattern.text(), fmt::join(report->open_fields, ", ")),
                              {}},
                        options.output);
  } else {
    print_keys(options, **processor, *report);
  }
  return report->empty() ? exit_done : exit_findings;
}

}  // namespace

void add_gaps(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("gaps", "holes along the axis, and the keys of the files that would fill them");
  add_dataset_options(*verb, options->dataset);
  add_output_options(*verb, options->output);
  verb->add_option("--limit", options->limit, "keys at most")->capture_default_str();
  auto* keys = verb->add_flag("--keys", options->keys, "print just the keys below the source prefix, one a line");
  verb->add_flag("--uris", options->uris, "print just the URIs, one a line")->excludes(keys);
  verb->callback([options, &action] { action = [options] { return show(*options); }; });
}

}  // namespace vdp::cli
