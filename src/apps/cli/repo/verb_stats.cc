// vdp repo stats: how large a repository is, and what its arrays refer to.
#include <fmt/format.h>

#include "apps/cli/forward_report.h"
#include "apps/cli/progress_bar.h"
#include "apps/cli/repo/repository_verb.h"
#include "icechunk/upkeep/statistics.h"

namespace vdp::cli {
namespace {

struct Options : RepositoryOptions {
  std::string ref = default_revision;
};

Json to_json(const icechunk::ObjectTotal& total) { return {{"objects", total.objects}, {"bytes", total.bytes}}; }

Json to_json(const icechunk::KindStatistics& kind) {
  return {{"reachable", to_json(kind.reachable)}, {"unreachable", to_json(kind.unreachable)}};
}

Json to_json(const icechunk::RefCount& count) { return {{"refs", count.refs}, {"bytes", count.bytes}}; }

Json to_json(const icechunk::ObjectStatistics& objects) {
  return {{"snapshots", to_json(objects.snapshots)}, {"transaction_logs", to_json(objects.transaction_logs)},
          {"manifests", to_json(objects.manifests)}, {"chunks", to_json(objects.chunks)},
          {"current", to_json(objects.current)},     {"former", to_json(objects.former)},
          {"other", to_json(objects.other)}};
}

Json to_json(const icechunk::ArrayStatistics& array) {
  return {{"path", array.path},
          {"manifests", array.manifests},
          {"inline", to_json(array.inlined)},
          {"native", to_json(array.native)},
          {"virtual", to_json(array.virtual_)}};
}

void add(icechunk::RefCount& sum, const icechunk::RefCount& part) {
  sum.refs += part.refs;
  sum.bytes += part.bytes;
}

icechunk::ArrayStatistics total(const std::vector<icechunk::ArrayStatistics>& arrays) {
  icechunk::ArrayStatistics sum;
  for (const auto& array : arrays) {
    sum.manifests += array.manifests;
    add(sum.inlined, array.inlined);
    add(sum.native, array.native);
    add(sum.virtual_, array.virtual_);
  }
  return sum;
}

void print(const char* kind, const icechunk::KindStatistics& found) {
  fmt::print("{:<17} {:>8}  {:>10}", kind, found.reachable.objects, format_bytes(found.reachable.bytes));
  if (found.unreachable.objects > 0) {
    fmt::print("  and {}, {} that nothing leads to", found.unreachable.objects, format_bytes(found.unreachable.bytes));
  }
  fmt::print("\n");
}

void print(const char* kind, const icechunk::ObjectTotal& found) { print(kind, icechunk::KindStatistics{found, {}}); }

void print(const char* kind, const icechunk::RefCount& found) {
  if (found.refs > 0) fmt::print(", {} {} of {}", found.refs, kind, format_bytes(found.bytes));
}

void print(const icechunk::ArrayStatistics& array, const std::string& name) {
  fmt::print("{}: {}", name, count(array.manifests, "manifest"));
  print("inline", array.inlined);
  print("native", array.native);
  print("virtual", array.virtual_);
  fmt::print("\n");
}

void print(const icechunk::ObjectStatistics& objects) {
  print("snapshots", objects.snapshots);
  print("transaction logs", objects.transaction_logs);
  print("manifests", objects.manifests);
  print("chunks", objects.chunks);
  print("names and log", objects.current);
  print("former versions", objects.former);
  print("other", objects.other);
}

Status show_statistics(const Options& options, const icechunk::Repository& repository) {
  VDP_ASSIGN(const auto snapshot, find_snapshot(repository, options.ref));
  VDP_ASSIGN(const auto objects, icechunk::object_statistics(repository));
  VDP_ASSIGN(const auto arrays, icechunk::array_statistics(repository, snapshot));
  if (options.output.json) {
    Json total_json = to_json(total(arrays));
    total_json.erase("path");
    Json list = Json::array();
    for (const auto& array : arrays) list.push_back(to_json(array));
    print_json({{"format_version", repository.format_version()},
                {"objects", to_json(objects)},
                {"snapshot", snapshot.text()},
                {"total", std::move(total_json)},
                {"arrays", std::move(list)}});
    return {};
  }
  print(objects);
  fmt::print("\nsnapshot {} ({})\n", snapshot.text(), options.ref);
  for (const auto& array : arrays) print(array, array.path);
  print(total(arrays), "total");
  return {};
}

}  // namespace

void add_repo_stats(CLI::App& repo, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb =
      add_repository_verb(repo, action, options, "stats",
                          "objects and bytes by kind, and what the arrays of a revision refer to", show_statistics);
  verb->add_option("--ref", options->ref, revision_help)->capture_default_str();
}

}  // namespace vdp::cli
