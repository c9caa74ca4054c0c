// vdp new: a dataset file to begin with, and a processor where its words are not enough.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/scaffold/dataset_scaffold.h"
#include "apps/cli/scaffold/new_files.h"
#include "apps/cli/scaffold/processor_scaffold.h"
#include "apps/cli/scaffold/sample_file.h"
#include "apps/cli/verb.h"

namespace vdp::cli {
namespace {

struct Options {
  std::string name;
  std::optional<std::string> prefix, pattern;
  std::string from;
  bool processor = false;
  OutputOptions output;
};

/// What is made, and what a file told about it.
struct Made {
  NewFiles files;
  std::vector<std::string> notes;
};

std::string dataset_path(const Options& options) { return fmt::format("datasets/{}/dataset.toml", options.name); }

/// What the user said goes before what the file tells.
Result<DatasetDraft> make_draft(const Options& options, std::vector<std::string>& notes) {
  DatasetDraft draft;
  draft.name = options.name;
  if (!options.from.empty()) {
    VDP_ASSIGN(const auto facts, look_into(options.from));
    draft.prefix = facts.folder;
    draft.pattern = facts.pattern;
    draft.group = facts.group;
    if (!options.pattern) draft.axis = facts.axis;
    notes.push_back(fmt::format("{} begins at {} on its axis \"{}\"", options.from, facts.first_time, facts.axis));
    if (facts.pattern == "*") notes.push_back("its name does not tell this time, so the pattern is \"*\"");
  }
  if (options.prefix) draft.prefix = *options.prefix;
  if (options.pattern) draft.pattern = *options.pattern;
  return draft;
}

Result<Made> make_files(const Options& options) {
  VDP_TRY(check_new_name(options.name));
  Made made;
  VDP_ASSIGN(const auto draft, make_draft(options, made.notes));
  if (options.processor) {
    VDP_ASSIGN(made.files, processor_scaffold("processors", options.name));
  }
  VDP_ASSIGN(made.files[dataset_path(options)], dataset_scaffold(draft));
  return made;
}

std::vector<std::string> next_commands(const Options& options) {
  const std::string dataset = dataset_path(options);
  if (!options.processor) return {"vdp check " + dataset, "./run.sh " + dataset};
  return {"cmake --preset dev", "cmake --build --preset dev",
          fmt::format("ctest --preset dev -R '^{}\\.'", options.name),
          fmt::format("./run.sh {} --processor {}", dataset, options.name)};
}

int make_new(const Options& options) {
  const auto made = make_files(options);
  const Status written = made ? write_new_files(made->files) : Status(std::unexpected(made.error()));
  if (!written) return report_error(written.error(), options.output);
  const auto next = next_commands(options);
  if (options.output.json) {
    Json paths = Json::array();
    for (const auto& [path, text] : made->files) paths.push_back(path);
    print_json(
        {{"dataset", dataset_path(options)}, {"files", std::move(paths)}, {"notes", made->notes}, {"next", next}});
    return exit_done;
  }
  for (const auto& [path, text] : made->files) fmt::print("made {}\n", path);
  for (const std::string& note : made->notes) fmt::print("note: {}\n", note);
  fmt::print("next: say in {} where the files are, then\n  {}\n", dataset_path(options), fmt::join(next, "\n  "));
  return exit_done;
}

}  // namespace

void add_new(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("new", "a dataset to begin with, in datasets/NAME");
  verb->add_option("name", options->name, "small letters, digits, '-' and '_'")->required();
  verb->add_option("--prefix", options->prefix, "what all files lie under; default: data/");
  verb->add_option("--pattern", options->pattern, "what their names look like; default: *");
  verb->add_option("--from", options->from, "one of the files: axis, group, folder and pattern are taken from it");
  verb->add_flag("--processor", options->processor, "also a processor, in processors/NAME, made from the sample");
  add_output_options(*verb, options->output);
  verb->callback([options, &action] { action = [options] { return make_new(*options); }; });
}

}  // namespace vdp::cli
