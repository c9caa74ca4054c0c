// vdp init: makes the store and its template.
#include <fmt/format.h>

#include "apps/cli/verb.h"
#include "pipeline/run.h"

namespace vdp::cli {
namespace {

int init(const PipelineOptions& options) {
  auto pipeline = open_pipeline(options);
  if (!pipeline) return pipeline.error();
  const auto made = initialize(pipeline->file, *pipeline->source, *pipeline->processor, options.dry_run);
  if (!made) return report_error(made.error(), options.output);
  const std::string& url = pipeline->file.store.url;
  if (options.output.json) {
    print_json({{"store", url}, {"created", made->created && !options.dry_run}, {"dry_run", options.dry_run}});
    return exit_done;
  }
  if (made->created) {
    fmt::print("{} {}\n", options.dry_run ? "would make" : "made", url);
  } else {
    fmt::print("Nothing to do: {} is there.\n", url);
  }
  fmt::print("next: vdp run {}\n", options.dataset.path);
  return exit_done;
}

}  // namespace

void add_init(CLI::App& program, Action& action) {
  add_pipeline_verb(program, action, "init", "make the store and its template from the first file", init);
}

}  // namespace vdp::cli
