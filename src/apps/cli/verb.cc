#include "apps/cli/verb.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/log.h"
#include "processors/registry.h"
#include "store/open_store.h"

namespace vdp::cli {
namespace {

Json error_json(const Error& error) { return {{"kind", to_string(error.kind)}, {"message", redact(error.text())}}; }

void add_dataset_path(CLI::App& verb, DatasetOptions& options) {
  verb.add_option("dataset", options.path, "the dataset file")->capture_default_str();
}

void add_definitions(CLI::App& verb, DatasetOptions& options) {
  verb.add_option("-D", options.definitions, "NAME=VALUE: the value of {NAME} in the dataset file")
      ->allow_extra_args(false);
}

Result<dataset::Params> parse_definitions(const std::vector<std::string>& definitions) {
  dataset::Params params;
  for (const std::string& definition : definitions) {
    const auto equals = definition.find('=');
    if (equals == std::string::npos || equals == 0) {
      return invalid(fmt::format("-D {}: expected NAME=VALUE", definition));
    }
    params[definition.substr(0, equals)] = definition.substr(equals + 1);
  }
  return params;
}

}  // namespace

void add_dataset_options(CLI::App& verb, DatasetOptions& options) {
  add_dataset_path(verb, options);
  add_definitions(verb, options);
}

void add_output_options(CLI::App& verb, OutputOptions& options) {
  verb.add_flag("--json", options.json, "print one JSON document on standard output");
  verb.add_flag("-q,--quiet", options.quiet, "no progress");
  verb.add_flag("-v,--verbose", options.verbose, "say more on standard error");
}

std::expected<dataset::DatasetFile, int> load_dataset(const DatasetOptions& options, const OutputOptions& output) {
  if (output.verbose) set_log_level(LogLevel::info);
  const auto params = parse_definitions(options.definitions);
  if (!params) return std::unexpected(report_error(params.error(), output));
  auto file = dataset::load_dataset_file(options.path, *params);
  if (file) return std::move(*file);
  report_error(dataset::to_error(options.path, file.error()), output);
  return std::unexpected(exit_bad_usage);
}

std::expected<std::unique_ptr<DatasetProcessor>, int> open_dataset(const DatasetOptions& options,
                                                                   const OutputOptions& output) {
  auto file = load_dataset(options, output);
  if (!file) return std::unexpected(file.error());
  auto processor = DatasetProcessor::create(std::move(*file), {});
  if (processor) return std::move(*processor);
  report_error(processor.error(), output);
  return std::unexpected(exit_bad_usage);
}

std::expected<Pipeline, int> open_pipeline(const PipelineOptions& options) {
  auto file = load_dataset(options.dataset, options.output);
  if (!file) return std::unexpected(file.error());
  auto source = open_source_store(file->source.prefix, file->source.access);
  auto made = make_processor(options.processor, *file);
  if (source && made) return Pipeline{std::move(*file), std::move(*source), std::move(*made)};
  report_error(source ? made.error() : within("source.prefix", source.error()), options.output);
  return std::unexpected(exit_bad_usage);
}

ForwardOptions forward_options(const dataset::DatasetFile& file) {
  ForwardOptions options;
  options.batch = file.forward.batch;
  options.window_us = std::chrono::duration_cast<std::chrono::microseconds>(file.forward.window).count();
  return options;
}

void add_shared_options(CLI::App& verb, PipelineOptions& options) {
  add_definitions(verb, options.dataset);
  add_output_options(verb, options.output);
  add_queue_options(verb, options.queue);
  verb.add_option("--processor", options.processor, "what is done with the files")
      ->envname("VDP_PROCESSOR")
      ->check(CLI::IsMember(processor_names()))
      ->capture_default_str();
  verb.add_flag("--dry-run", options.dry_run, "say what would be done, and do nothing");
}

void add_pipeline_options(CLI::App& verb, PipelineOptions& options) {
  add_dataset_path(verb, options.dataset);
  add_shared_options(verb, options);
}

void add_pipeline_verb(CLI::App& program, Action& action, const std::string& name, const std::string& description,
                       int (*run)(const PipelineOptions& options)) {
  auto options = std::make_shared<PipelineOptions>();
  auto* verb = program.add_subcommand(name, description);
  add_pipeline_options(*verb, *options);
  verb->callback([options, &action, run] { action = [options, run] { return run(*options); }; });
}

int report_error(const Error& error, const OutputOptions& output) {
  if (output.json) {
    print_json({{"error", error_json(error)}});
  }
  fmt::print(stderr, "error: {}\n", redact(error.text()));
  return error.kind == ErrorKind::invalid ? exit_bad_usage : exit_failed;
}

void print_json(const Json& document) {
  fmt::print("{}\n", document.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace vdp::cli
