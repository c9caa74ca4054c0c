// vdp repo diff: what changed between two snapshots.
#include <fmt/format.h>

#include <algorithm>

#include "apps/cli/forward_report.h"
#include "apps/cli/repo/repository_verb.h"
#include "icechunk/repo/diff.h"

namespace vdp::cli {
namespace {

struct Options : RepositoryOptions {
  std::string from;
  std::string to = default_revision;
  std::size_t limit = 100;
};

Json chunks_json(const icechunk::ChunkIndexSet& chunks, std::size_t limit) {
  Json indices = Json::array();
  for (std::size_t row = 0; row < std::min(chunks.size(), limit); ++row) {
    indices.push_back(std::vector<std::uint32_t>(chunks[row].begin(), chunks[row].end()));
  }
  return {{"count", chunks.size()}, {"indices", std::move(indices)}};
}

Json to_json(const icechunk::SnapshotDiff& diff, std::size_t limit) {
  Json json = {{"new_groups", diff.new_groups},         {"new_arrays", diff.new_arrays},
               {"deleted_groups", diff.deleted_groups}, {"deleted_arrays", diff.deleted_arrays},
               {"updated_groups", diff.updated_groups}, {"updated_arrays", diff.updated_arrays}};
  json["updated_chunks"] = Json::object();
  for (const auto& [path, chunks] : diff.updated_chunks) json["updated_chunks"][path] = chunks_json(chunks, limit);
  json["moved_nodes"] = Json::array();
  for (const auto& move : diff.moved_nodes) json["moved_nodes"].push_back({{"from", move.from}, {"to", move.to}});
  return json;
}

void print_paths(const char* what, const std::set<std::string>& paths) {
  for (const std::string& path : paths) fmt::print("{}  {}\n", what, path);
}

void print(const icechunk::SnapshotDiff& diff) {
  print_paths("new group     ", diff.new_groups);
  print_paths("new array     ", diff.new_arrays);
  print_paths("deleted group ", diff.deleted_groups);
  print_paths("deleted array ", diff.deleted_arrays);
  print_paths("updated group ", diff.updated_groups);
  print_paths("updated array ", diff.updated_arrays);
  for (const auto& move : diff.moved_nodes) fmt::print("moved           {} -> {}\n", move.from, move.to);
  for (const auto& [path, chunks] : diff.updated_chunks) {
    fmt::print("updated chunks  {}: {}\n", path, chunks.size());
  }
  if (diff.empty()) fmt::print("no changes\n");
}

Status show_diff(const Options& options, const icechunk::Repository& repository) {
  VDP_ASSIGN(const auto from, find_snapshot(repository, options.from));
  VDP_ASSIGN(const auto to, find_snapshot(repository, options.to));
  VDP_ASSIGN(const auto diff, icechunk::diff_snapshots(repository, from, to));
  if (!options.output.json) {
    print(diff);
    return {};
  }
  Json document = {{"from", from.text()}, {"to", to.text()}};
  document.update(to_json(diff, options.limit));
  print_json(document);
  return {};
}

}  // namespace

void add_repo_diff(CLI::App& repo, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = add_repository_verb(repo, action, options, "diff",
                                   "nodes and chunks that changed from one revision to a later one", show_diff);
  verb->add_option("from", options->from, revision_help)->required();
  verb->add_option("to", options->to, "a later revision of the same history")->capture_default_str();
  verb->add_option("--limit", options->limit, "how many chunk indices of an array --json names")->capture_default_str();
}

}  // namespace vdp::cli
