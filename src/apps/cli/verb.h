// What every verb of the command line shares.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/dataset_queue.h"
#include "apps/cli/exit_code.h"
#include "apps/cli/notice.h"
#include "base/error.h"
#include "base/json.h"
#include "pipeline/dataset_processor.h"
#include "pipeline/forward.h"

namespace vdp::cli {

/// What the chosen verb will do once the whole command line is read; returns the exit code.
using Action = std::function<int()>;

/// --json, --quiet, -v.
struct OutputOptions {
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

/// $VDP_DATASET, else dataset.toml in the working directory.
std::string default_dataset_path();

/// A dataset file and the parameters that replace {...} in it.
struct DatasetOptions {
  std::string path = default_dataset_path();
  std::vector<std::string> definitions;  ///< NAME=VALUE
  std::optional<std::string> store_url;  ///< in place of store.url
};

/// Adds `[DATASET.toml]`, `-D NAME=VALUE` and --store (or $VDP_STORE).
void add_dataset_options(CLI::App& verb, DatasetOptions& options);
/// What most datasets need: the one that a dataset file describes.
constexpr const char* default_processor = "dataset";

/// Adds --processor (or $VDP_PROCESSOR).
void add_processor_option(CLI::App& verb, std::string& name);
/// Adds --json, --quiet and -v.
void add_output_options(CLI::App& verb, OutputOptions& options);

/// Loads the dataset file; all its findings are printed. The exit code where it cannot be used.
std::expected<dataset::DatasetFile, int> load_dataset(const DatasetOptions& options, const OutputOptions& output);
std::expected<std::unique_ptr<DatasetProcessor>, int> open_dataset(const DatasetOptions& options,
                                                                   const OutputOptions& output);

/// A dataset, its source, and the processor that was chosen for it.
struct Pipeline {
  dataset::DatasetFile file;
  ObjectStorePtr source;
  std::unique_ptr<Processor> processor;
};
/// What the verbs that write to a store take.
struct PipelineOptions {
  DatasetOptions dataset;
  OutputOptions output;
  QueueLocation queue;
  std::string processor = default_processor;
  bool dry_run = false;
};
/// Adds all of them; add_shared_options: all but `[DATASET.toml]`, for verbs that take further names.
void add_pipeline_options(CLI::App& verb, PipelineOptions& options);
void add_shared_options(CLI::App& verb, PipelineOptions& options);
/// Adds a verb with these options.
void add_pipeline_verb(CLI::App& program, Action& action, const std::string& name, const std::string& description,
                       int (*run)(const PipelineOptions& options));
std::expected<Pipeline, int> open_pipeline(const PipelineOptions& options);
/// As the dataset file says.
ForwardOptions forward_options(const dataset::DatasetFile& file);

/// Prints the error on standard error, or as {"error": {...}} on standard output, too, and returns the exit code for
/// it: 2 where the user's configuration is at fault, else 3.
int report_error(const Error& error, const OutputOptions& output);

/// One JSON document on standard output; on one line where the log is JSON, too, as it goes to the same place there.
void print_json(const Json& document);

// Each adds its verb to the program and fills `action` when it is the one that was called.
void add_new(CLI::App& program, Action& action);
void add_run(CLI::App& program, Action& action);
void add_backfill(CLI::App& program, Action& action);
void add_catch_up(CLI::App& program, Action& action);
void add_enqueue(CLI::App& program, Action& action);
void add_forward(CLI::App& program, Action& action);
void add_dlq(CLI::App& program, Action& action);
void add_init(CLI::App& program, Action& action);
void add_inspect(CLI::App& program, Action& action);
void add_check(CLI::App& program, Action& action);
void add_status(CLI::App& program, Action& action);
void add_verify(CLI::App& program, Action& action);
void add_gaps(CLI::App& program, Action& action);
void add_resort(CLI::App& program, Action& action);
void add_gc(CLI::App& program, Action& action);
void add_lambda(CLI::App& program, Action& action);
void add_self_test(CLI::App& program, Action& action);
void add_settings(CLI::App& program, Action& action);
void add_repo(CLI::App& program, Action& action);

}  // namespace vdp::cli
