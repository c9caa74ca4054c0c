// vdp repo log|snapshots: what became of a repository.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/repo/repository_verb.h"
#include "icechunk/repo/find_revision.h"
#include "icechunk/upkeep/all_snapshots.h"

namespace vdp::cli {
namespace {

struct Options : RepositoryOptions {
  std::string ref = default_revision;
  std::size_t limit = SIZE_MAX;
  bool operations = false;
};

Json summary_json(const icechunk::SnapshotSummary& summary) {
  return {{"id", summary.id.text()},
          {"parent", summary.parent ? Json(summary.parent->text()) : Json()},
          {"flushed_at", format_timestamp(summary.flushed_at_us)},
          {"message", summary.message},
          {"metadata", summary.metadata}};
}

void print_summary(const icechunk::SnapshotSummary& summary, const std::string& names) {
  fmt::print("{}  {}  {}{}\n", summary.id.text(), format_timestamp(summary.flushed_at_us), names, summary.message);
}

Status log_operations(const Options& options, const icechunk::Repository& repository) {
  VDP_ASSIGN(const auto operations, repository.operations(options.limit));
  Json list = Json::array();
  for (const auto& operation : operations) {
    if (options.output.json) {
      list.push_back(
          {{"updated_at", format_timestamp(operation.updated_at_us)}, {"description", operation.description}});
    } else {
      fmt::print("{}  {}\n", format_timestamp(operation.updated_at_us), operation.description);
    }
  }
  if (options.output.json) print_json({{"operations", std::move(list)}});
  return {};
}

Status log_history(const Options& options, const icechunk::Repository& repository) {
  if (options.operations) return log_operations(options, repository);
  VDP_ASSIGN(const auto revision, icechunk::find_revision(repository, options.ref));
  VDP_ASSIGN(const auto history, repository.history(revision, options.limit));
  Json list = Json::array();
  for (const auto& summary : history) {
    if (options.output.json) {
      list.push_back(summary_json(summary));
    } else {
      print_summary(summary, "");
    }
  }
  if (options.output.json) print_json({{"history", std::move(list)}});
  return {};
}

Json listed_json(const icechunk::ListedSnapshot& snapshot) {
  Json json = summary_json(snapshot.summary);
  json["reachable"] = snapshot.reachable;
  json["branches"] = snapshot.branches;
  json["tags"] = snapshot.tags;
  json["pruned_ancestor_logs"] = Json::array();
  for (const auto& id : snapshot.pruned_ancestor_logs) json["pruned_ancestor_logs"].push_back(id.text());
  return json;
}

/// "[branch main, tag v1] ".
std::string describe_names(const icechunk::ListedSnapshot& snapshot) {
  if (!snapshot.reachable) return "[unreachable] ";
  std::vector<std::string> names;
  for (const std::string& name : snapshot.branches) names.push_back("branch " + name);
  for (const std::string& name : snapshot.tags) names.push_back("tag " + name);
  return names.empty() ? std::string() : fmt::format("[{}] ", fmt::join(names, ", "));
}

Status show_snapshots(const Options& options, const icechunk::Repository& repository) {
  VDP_ASSIGN(auto snapshots, icechunk::list_all_snapshots(repository));
  if (snapshots.size() > options.limit) snapshots.resize(options.limit);
  Json list = Json::array();
  for (const auto& snapshot : snapshots) {
    if (options.output.json) {
      list.push_back(listed_json(snapshot));
    } else {
      print_summary(snapshot.summary, describe_names(snapshot));
    }
  }
  if (options.output.json) print_json({{"snapshots", std::move(list)}});
  return {};
}

}  // namespace

void add_repo_log(CLI::App& repo, Action& action) {
  auto options = std::make_shared<Options>();
  auto* log =
      add_repository_verb(repo, action, options, "log", "the history of a branch, tag or snapshot", log_history);
  log->add_option("--ref", options->ref, revision_help)->capture_default_str();
  log->add_option("--limit", options->limit, "how many lines at most");
  log->add_flag("--operations", options->operations, "the repository's operations log instead");
  auto* snapshots = add_repository_verb(repo, action, options, "snapshots",
                                        "every snapshot, also those that nothing leads to", show_snapshots);
  snapshots->add_option("--limit", options->limit, "how many at most, the newest first");
}

}  // namespace vdp::cli
