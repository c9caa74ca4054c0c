// vdp check: a dataset file, and what its first file would make of a store.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/verb.h"
#include "dataset/event_filter.h"
#include "discover/list.h"

namespace vdp::cli {
namespace {

struct Options {
  DatasetOptions dataset;
  OutputOptions output;
  std::string seed;
};

/// The granule that was asked for by key, or the first one that the listing has.
Result<Granule> find_seed(const DatasetProcessor& processor, const std::string& key) {
  const auto& source = processor.file().source;
  VDP_ASSIGN_IN(source.prefix, const auto discovery, list_granules(*processor.source(), source));
  for (const FoundGranule& found : discovery.granules) {
    if (key.empty() || found.granule.key == key) return found.granule;
  }
  if (!key.empty())
    return not_found(fmt::format("no file \"{}\" under {} that the pattern matches", key, source.prefix));
  const std::string example = discovery.not_matching_examples.empty() ? "" : discovery.not_matching_examples.front();
  return not_found(fmt::format("no file under {} matches the pattern \"{}\"{}", source.prefix, source.pattern.text(),
                               example.empty() ? std::string() : fmt::format(" (there is, for example, {})", example)));
}

Json schema_json(const DatasetProcessor::Schema& schema) {
  Json variables = Json::object();
  for (const auto& [name, variable] : schema.store.variables) {
    variables[name] = {{"role", dataset::to_string(variable.role)}, {"metadata", zarr::to_json(variable.metadata)}};
  }
  return {{"axis", schema.store.axis},
          {"units", schema.encoding.units},
          {"attributes", schema.store.attributes},
          {"variables", std::move(variables)},
          {"notes", schema.notes}};
}

void print_schema(const DatasetProcessor::Schema& schema) {
  fmt::print("axis {}{}\n", schema.store.axis, schema.encoding.units.empty() ? "" : ", " + schema.encoding.units);
  for (const auto& [name, variable] : schema.store.variables) {
    std::vector<std::string> dimensions;
    for (const auto& dimension : variable.metadata.dimension_names) dimensions.push_back(dimension.value_or("-"));
    fmt::print("  {:<16} {:<14} {:<10} ({}) chunks {}\n", name, dataset::to_string(variable.role),
               zarr::describe(variable.metadata.data_type), fmt::join(dimensions, ", "), variable.metadata.chunk_shape);
  }
  for (const std::string& note : schema.notes) fmt::print("note: {}\n", note);
}

int check(const Options& options) {
  auto processor = open_dataset(options.dataset, options.output);
  if (!processor) return processor.error();
  const auto seed = find_seed(**processor, options.seed);
  if (!seed) {
    report_error(seed.error(), options.output);
    return exit_findings;
  }
  const auto schema = (*processor)->derive_schema(*seed);
  if (!schema) {
    report_error(schema.error(), options.output);
    return exit_findings;
  }
  if (options.output.json) {
    const auto& file = (*processor)->file();
    Json document = {{"dataset", file.identity.name},
                     {"seed", seed->uri},
                     {"event_filter", dataset::event_filter(file.source).value_or(Json())}};
    document.update(schema_json(*schema));
    print_json(document);
  } else {
    fmt::print("{} is valid; {} gives\n", options.dataset.path, seed->uri);
    print_schema(*schema);
    fmt::print("next: vdp run {}\n", options.dataset.path);
  }
  return exit_done;
}

}  // namespace

void add_check(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("check", "a dataset file, against its first file");
  add_dataset_options(*verb, options->dataset);
  verb->add_option("--seed", options->seed, "the key of the file to look at; default: the first");
  add_output_options(*verb, options->output);
  verb->callback([options, &action] { action = [options] { return check(*options); }; });
}

}  // namespace vdp::cli
