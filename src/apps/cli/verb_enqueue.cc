// vdp enqueue: feeds the queue.
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "apps/cli/forward_report.h"
#include "apps/cli/verb.h"
#include "pipeline/enqueue.h"
#include "pipeline/run.h"

namespace vdp::cli {
namespace {

struct Options {
  PipelineOptions pipeline;
  std::vector<std::string> locations;
  std::string inventory;
  bool discover = false;
};

/// What was found to send, and what was not.
struct Selection {
  std::vector<Granule> granules;
  std::vector<std::string> findings;
};

Result<std::string> read_text(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) return not_found(fmt::format("inventory {}: cannot be read", path));
  return text;
}

void name_all(const dataset::SourceSpec& source, const std::vector<std::string>& locations, Selection& selection) {
  for (const std::string& location : locations) {
    auto granule = name_granule(source, location);
    if (granule) {
      selection.granules.push_back(std::move(*granule));
    } else {
      selection.findings.push_back(granule.error().text());
    }
  }
}

Result<Selection> select(const Options& options, const Pipeline& pipeline) {
  Selection selection;
  name_all(pipeline.file.source, options.locations, selection);
  if (!options.inventory.empty()) {
    VDP_ASSIGN(const std::string text, read_text(options.inventory));
    name_all(pipeline.file.source, read_inventory(text), selection);
  }
  if (options.discover) {
    VDP_ASSIGN(auto found, discover_granules(pipeline.file.source, *pipeline.source, system_clock()));
    VDP_ASSIGN(auto missing, find_missing(*pipeline.processor, found.granules));
    std::ranges::move(missing, std::back_inserter(selection.granules));
    std::ranges::move(found.findings, std::back_inserter(selection.findings));
  }
  return selection;
}

/// `options.locations` begins with the dataset file where its first has the name of one.
void take_dataset_path(Options& options) {
  auto& locations = options.locations;
  if (locations.empty() || !locations.front().ends_with(".toml")) return;
  options.pipeline.dataset.path = locations.front();
  locations.erase(locations.begin());
}

int enqueue(Options options) {
  take_dataset_path(options);
  const OutputOptions& output = options.pipeline.output;
  const bool dry_run = options.pipeline.dry_run;
  if (options.locations.empty() && options.inventory.empty() && !options.discover) {
    return report_error(invalid("nothing to enqueue: name files, or use --inventory or --discover").error(), output);
  }
  auto pipeline = open_pipeline(options.pipeline);
  if (!pipeline) return pipeline.error();
  const auto selection = select(options, *pipeline);
  if (!selection) return report_error(selection.error(), output);
  if (!dry_run) {
    const auto queue = open_dataset_queue(pipeline->file, options.pipeline.queue);
    if (!queue) return report_error(queue.error(), output);
    const auto sent =
        options.discover ? send_again(**queue, selection->granules) : send_granules(**queue, selection->granules);
    if (!sent) return report_error(sent.error(), output);
  }
  if (output.json) {
    print_json({{"dataset", pipeline->file.identity.name},
                {"dry_run", dry_run},
                {"enqueued", selection->granules.size()},
                {"findings", selection->findings}});
  } else {
    for (const std::string& finding : selection->findings) fmt::print("finding: {}\n", finding);
    fmt::print("{} {}\n", count(selection->granules.size(), "file"), dry_run ? "would be enqueued" : "enqueued");
    fmt::print("next: vdp forward {}\n", options.pipeline.dataset.path);
  }
  return selection->findings.empty() ? exit_done : exit_findings;
}

}  // namespace

void add_enqueue(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("enqueue", "feed the queue");
  verb->add_option("locations", options->locations,
                   "the dataset file (*.toml), then files: URLs, paths, or keys under the source prefix");
  verb->add_option("--inventory", options->inventory, "a file with one of these a line; - is standard input");
  verb->add_flag("--discover", options->discover, "whatever the source has and the store lacks");
  add_shared_options(*verb, options->pipeline);
  verb->callback([options, &action] { action = [options] { return enqueue(*options); }; });
}

}  // namespace vdp::cli
