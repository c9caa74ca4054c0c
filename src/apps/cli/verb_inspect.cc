// vdp inspect: what a source file virtualises to.
#include <fmt/format.h>

#include "apps/cli/access_options.h"
#include "apps/cli/verb.h"
#include "base/log.h"
#include "dataset/locations.h"
#include "formats/inspect.h"
#include "formats/parse.h"
#include "store/open_store.h"
#include "store/url.h"

namespace vdp::cli {
namespace {

struct Options {
  OutputOptions output;
  std::string source;
  std::string format = "auto";
  InspectOptions inspect;
  AccessOptions access;
  bool strict = false;
};

/// "dir/file.nc" or "s3://bucket/dir/file.nc" as a store and a key in it.
struct SourceName {
  std::string root;
  std::string key;
};

Result<SourceName> split_source(const std::string& source) {
  VDP_TRY(dataset::check_location(source));
  const auto slash = source.rfind('/');
  std::string root = slash == std::string::npos ? "." : source.substr(0, slash + 1);
  std::string key = slash == std::string::npos ? source : source.substr(slash + 1);
  // "s3://bucket" names a bucket, which is no file either.
  if (key.empty() || root.ends_with("://"))
    return invalid(fmt::format("\"{}\" names a folder, expected a file", source));
  if (has_scheme(source)) {
    VDP_ASSIGN(key, decode_path(key));
  }
  return SourceName{std::move(root), std::move(key)};
}

struct Inspection {
  VirtualTree tree;
  ByteSource::Counters counters;
};

Result<Inspection> parse(const Options& options) {
  VDP_ASSIGN(const auto name, split_source(options.source));
  VDP_ASSIGN_IN(options.source, const auto store, open_source_store(name.root, options.access.access()));
  VDP_ASSIGN_IN(options.source, const auto bytes, open_source(store, name.key));
  VDP_ASSIGN_IN(options.source, auto tree, parse_source(*bytes, options.format));
  return Inspection{std::move(tree), bytes->counters};
}

std::string describe_shape(const zarr::ArrayMetadata& metadata) {
  std::string text;
  for (std::size_t i = 0; i < metadata.rank(); ++i) {
    const auto name = i < metadata.dimension_names.size() ? metadata.dimension_names[i].value_or("-") : "-";
    text += fmt::format("{}{}: {}", i == 0 ? "" : ", ", name, metadata.shape[i]);
  }
  return "(" + text + ")";
}

void print_tree(const Options& options, const VirtualTree& tree) {
  fmt::print("{}: {}, {} groups, {} arrays\n", options.source, tree.format, tree.groups.size(), tree.arrays.size());
  for (const auto& [path, array] : tree.arrays) {
    fmt::print("  {} {} {}, {} chunks\n", path, describe_shape(array.metadata),
               zarr::describe(array.metadata.data_type), array.manifest.size());
  }
  for (const auto& skipped : tree.skipped) fmt::print("  skipped {}: {}\n", skipped.path, skipped.reason);
}

void print_document(const Json& document) { fmt::print("{}\n", dump_sorted(document, 1)); }

int fail_inspection(const Error& error, const Options& options) {
  if (options.output.json) print_document(inspect_error_document(options.format, error));
  notice(LogLevel::error, error.text());
  return exit_failed;
}

int inspect(const Options& options) {
  const auto inspection = parse(options);
  if (!inspection) return fail_inspection(inspection.error(), options);
  if (options.output.json) {
    const auto document = inspect_document(inspection->tree, options.inspect);
    if (!document) return fail_inspection(document.error(), options);
    print_document(*document);
  } else {
    print_tree(options, inspection->tree);
  }
  if (options.output.verbose) {
    notice(LogLevel::info, fmt::format("{} requests in {} rounds, {} bytes", inspection->counters.requests,
                                       inspection->counters.rounds, inspection->counters.bytes));
  }
  return options.strict && !inspection->tree.skipped.empty() ? exit_findings : exit_done;
}

}  // namespace

void add_inspect(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("inspect", "what a source file virtualises to");
  verb->add_option("source", options->source, "a file: URL or path")->required();
  verb->add_option("--format", options->format, "auto, or the name of a format")->capture_default_str();
  verb->add_option("--max-chunks", options->inspect.max_chunks, "above it, the chunks of an array are hashed")
      ->capture_default_str();
  verb->add_flag("--raw-paths", options->inspect.raw_paths, "write the source's own location, not {file}");
  verb->add_flag("--strict", options->strict, "exit with 1 if an object was skipped");
  add_access_options(*verb, options->access);
  add_output_options(*verb, options->output);
  verb->callback([options, &action] { action = [options] { return inspect(*options); }; });
}

}  // namespace vdp::cli
