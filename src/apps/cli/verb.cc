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
  verb.add_option("dataset", options.path, "the dataset file; by default $VDP_DATASET, or dataset.toml")
      ->capture_default_str();
}

/// What takes the place of something that the dataset file says.
void add_replacements(CLI::App& verb, DatasetOptions& options) {
  verb.add_option("-D", options.definitions, "NAME=VALUE: the value of {NAME} in the dataset file")
      ->allow_extra_args(false);
  verb.add_option("--store", options.store_url, "in place of store.url of the dataset file, and read as that is")
      ->envname("VDP_STORE");
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
  add_replacements(verb, options);
}

void add_processor_option(CLI::App& verb, std::string& name) {
  verb.add_option("--processor", name, "what is done with the files")
      ->envname("VDP_PROCESSOR")
      ->check(CLI::IsMember(processor_names()))
      ->capture_default_str();
}

void add_output_options(CLI::App& verb, OutputOptions& options) {
  verb.add_flag("--json", options.json, "print one JSON document on standard output");
  verb.add_flag("-q,--quiet", options.quiet, "no progress");
  verb.add_flag("-v,--verbose", options.verbose, "say more on standard error");
}

std::string default_dataset_path() {
  const std::string named = dataset::process_environment("VDP_DATASET").value_or("");
  return named.empty() ? "dataset.toml" : named;
}

std::expected<dataset::DatasetFile, int> load_dataset(const DatasetOptions& options, const OutputOptions& output) {
  if (output.verbose) set_log_level(LogLevel::info);
  const auto params = parse_definitions(options.definitions);
  if (!params) return std::unexpected(report_error(params.error(), output));
  auto file = dataset::load_dataset_file(options.path, *params, dataset::process_environment, options.store_url);
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
  add_replacements(verb, options.dataset);
  add_output_options(verb, options.output);
  add_queue_options(verb, options.queue);
  add_processor_option(verb, options.processor);
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
  notice(LogLevel::error, error.text());
  return error.kind == ErrorKind::invalid ? exit_bad_usage : exit_failed;
}

void print_json(const Json& document) {
  const int indent = log_format() == LogFormat::json ? -1 : 2;
  fmt::print("{}\n", document.dump(indent, ' ', false, Json::error_handler_t::replace));
}

}  // namespace vdp::cli
