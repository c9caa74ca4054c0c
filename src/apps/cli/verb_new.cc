// vdp new: a dataset file to begin with, and a processor where its words are not enough.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/scaffold/dataset_scaffold.h"
#include "apps/cli/scaffold/new_files.h"
#include "apps/cli/scaffold/processor_scaffold.h"
#include "apps/cli/verb.h"

namespace vdp::cli {
namespace {

struct Options {
  DatasetDraft draft;
  bool processor = false;
  OutputOptions output;
};

std::string dataset_path(const Options& options) { return fmt::format("datasets/{}/dataset.toml", options.draft.name); }

Result<NewFiles> make_files(const Options& options) {
  VDP_TRY(check_new_name(options.draft.name));
  NewFiles files;
  if (options.processor) {
    VDP_ASSIGN(files, processor_scaffold("processors", options.draft.name));
  }
  VDP_ASSIGN(files[dataset_path(options)], dataset_scaffold(options.draft));
  return files;
}

std::vector<std::string> next_commands(const Options& options) {
  const std::string dataset = dataset_path(options);
  if (!options.processor) return {"vdp check " + dataset, "./run.sh " + dataset};
  return {"cmake --preset dev", "cmake --build --preset dev",
          fmt::format("ctest --preset dev -R '^{}\\.'", options.draft.name),
          fmt::format("./run.sh {} --processor {}", dataset, options.draft.name)};
}

int make_new(const Options& options) {
  const auto files = make_files(options);
  const Status written = files ? write_new_files(*files) : Status(std::unexpected(files.error()));
  if (!written) return report_error(written.error(), options.output);
  const auto next = next_commands(options);
  if (options.output.json) {
    Json paths = Json::array();
    for (const auto& [path, text] : *files) paths.push_back(path);
    print_json({{"dataset", dataset_path(options)}, {"files", std::move(paths)}, {"next", next}});
    return exit_done;
  }
  for (const auto& [path, text] : *files) fmt::print("made {}\n", path);
  fmt::print("next: say in {} where the files are, then\n  {}\n", dataset_path(options), fmt::join(next, "\n  "));
  return exit_done;
}

}  // namespace

void add_new(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("new", "a dataset to begin with, in datasets/NAME");
  verb->add_option("name", options->draft.name, "small letters, digits, '-' and '_'")->required();
  verb->add_option("--prefix", options->draft.prefix, "what all files lie under")->capture_default_str();
  verb->add_option("--pattern", options->draft.pattern, "what their names look like")->capture_default_str();
  verb->add_flag("--processor", options->processor, "also a processor, in processors/NAME, made from the sample");
  add_output_options(*verb, options->output);
  verb->callback([options, &action] { action = [options] { return make_new(*options); }; });
}

}  // namespace vdp::cli
