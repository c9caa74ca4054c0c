// vdp repo rewrite-manifests: the same references, in manifests of another split.
#include <fmt/format.h>

#include <charconv>

#include "apps/cli/forward_report.h"
#include "apps/cli/progress_bar.h"
#include "apps/cli/repo/repository_verb.h"
#include "icechunk/upkeep/rewrite_manifests.h"

namespace vdp::cli {
namespace {

struct Options : RepositoryOptions {
  std::vector<std::string> splits;
  icechunk::RewriteManifestsOptions rewrite;
};

/// "time=2160": cells of so many chunks along that dimension, in every array that has it.
Result<icechunk::DimensionSplit> parse_split(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  std::uint32_t chunks = 0;
  const std::string number = equals == std::string::npos ? "" : text.substr(equals + 1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), chunks);
  const bool is_number = error == std::errc() && end == number.data() + number.size() && chunks > 0;
  if (equals == 0 || !is_number) return invalid(fmt::format("--split: found \"{}\", expected DIMENSION=CHUNKS", text));
  return icechunk::split_of_dimension(text.substr(0, equals), chunks);
}

Result<std::optional<icechunk::ManifestSplitting>> parse_splits(const std::vector<std::string>& texts) {
  if (texts.empty()) return std::nullopt;
  icechunk::SplitRule rule;
  for (const std::string& text : texts) {
    VDP_ASSIGN(auto split, parse_split(text));
    rule.dimensions.push_back(std::move(split));
  }
  return std::optional(icechunk::ManifestSplitting({std::move(rule)}));
}

Json to_json(const icechunk::ManifestTotals& totals) {
  return {{"manifests", totals.manifests}, {"bytes", totals.bytes}, {"refs", totals.refs}};
}

void tell(const Options& options, const icechunk::RewriteManifestsReport& report) {
  const auto& [before, after, rewritten] = report.manifests;
  if (options.output.json) {
    print_json({{"repository", options.url},
                {"dry_run", options.rewrite.dry_run},
                {"branch", options.rewrite.branch},
                {"arrays", report.arrays},
                {"rewritten", rewritten},
                {"before", to_json(before)},
                {"after", to_json(after)},
                {"snapshot", report.snapshot ? Json(report.snapshot->text()) : Json()}});
    return;
  }
  const bool dry_run = options.rewrite.dry_run;
  fmt::print("{}, {} {} in {}, {}\n", count(after.refs, "reference"), dry_run ? "would be" : "are",
             count(after.manifests, "manifest"), format_bytes(after.bytes),
             fmt::format("before: {}, {}", before.manifests, format_bytes(before.bytes)));
  fmt::print("{} of {} {}\n", count(rewritten, "manifest"), count(report.arrays, "array"),
             dry_run ? "would be written anew" : "written anew");
  fmt::print("next: vdp repo {} {}\n", dry_run ? "rewrite-manifests" : "log", options.url);
}

Status rewrite(const Options& options, const icechunk::Repository& repository) {
  icechunk::RewriteManifestsOptions how = options.rewrite;
  VDP_ASSIGN(how.splitting, parse_splits(options.splits));
  VDP_ASSIGN_IN(options.url, const auto report, icechunk::rewrite_manifests(repository, how));
  tell(options, report);
  return {};
}

}  // namespace

void add_repo_rewrite(CLI::App& repo, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = add_repository_verb(repo, action, options, "rewrite-manifests",
                                   "the same references in manifests of another split", rewrite);
  verb->add_option("--branch", options->rewrite.branch, "whose tip is rewritten")->capture_default_str();
  verb->add_option("--split", options->splits,
                   "DIMENSION=CHUNKS of a manifest; else as the repository's configuration");
  verb->add_flag("--save", options->rewrite.save_splitting, "keep the split in the repository's configuration");
  verb->add_option("--message", options->rewrite.message, "of the commit")->capture_default_str();
  verb->add_flag("--dry-run", options->rewrite.dry_run, "say what would be, and change nothing");
}

}  // namespace vdp::cli
