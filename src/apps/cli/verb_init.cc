// vdp init: makes the store and its template.
#include <fmt/format.h>

#include "apps/cli/verb.h"
#include "pipeline/run.h"

namespace vdp::cli {
namespace {

struct Options {
  DatasetOptions dataset;
  OutputOptions output;
  std::string processor = "dataset";
  bool dry_run = false;
};

int init(const Options& options) {
  auto pipeline = open_pipeline(options.dataset, options.processor, options.output);
  if (!pipeline) return pipeline.error();
  const auto made = initialize(pipeline->file, *pipeline->source, *pipeline->processor, options.dry_run);
  if (!made) return report_error(made.error(), options.output);
  const std::string& url = pipeline->file.store.url;
  if (options.output.json) {
    print_json({{"store", url}, {"created", *made && !options.dry_run}, {"dry_run", options.dry_run}});
    return exit_done;
  }
  if (*made) {
    fmt::print("{} {}\n", options.dry_run ? "would make" : "made", url);
  } else {
    fmt::print("Nothing to do: {} is there.\n", url);
  }
  fmt::print("next: vdp run {}\n", options.dataset.path);
  return exit_done;
}

}  // namespace

void add_init(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("init", "make the store and its template from the first file");
  add_dataset_options(*verb, options->dataset);
  add_processor_option(*verb, options->processor);
  add_output_options(*verb, options->output);
  verb->add_flag("--dry-run", options->dry_run, "say what would be done, and do nothing");
  verb->callback([options, &action] { action = [options] { return init(*options); }; });
}

}  // namespace vdp::cli
