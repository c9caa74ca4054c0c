// vdp repo migrate: a repository of format version 1 becomes one of version 2.
#include <fmt/format.h>

#include "apps/cli/forward_report.h"
#include "apps/cli/repo/repository_verb.h"
#include "icechunk/upkeep/migrate.h"

namespace vdp::cli {
namespace {

struct Options : RepositoryOptions {
  bool dry_run = false;
  bool keep_former_refs = false;
};

Json to_json(const Options& options, const icechunk::MigrateReport& report) {
  return {{"repository", options.url},
          {"dry_run", options.dry_run},
          {"was_migrated", report.was_migrated},
          {"snapshots", report.snapshots},
          {"branches", report.branches},
          {"tags", report.tags},
          {"deleted_tags", report.deleted_tags},
          {"operations", report.operations},
          {"has_config", report.has_config},
          {"repo_bytes", report.repo_bytes},
          {"deleted_objects", report.deleted_objects}};
}

void print(const Options& options, const icechunk::MigrateReport& report) {
  if (report.was_migrated) {
    fmt::print("format version 2 already\n");
  } else {
    fmt::print("{} {}, {}, {}\n", options.dry_run ? "would migrate" : "migrated", count(report.snapshots, "snapshot"),
               report.branches == 1 ? "1 branch" : fmt::format("{} branches", report.branches),
               count(report.tags, "tag"));
  }
  if (report.deleted_objects > 0) {
    fmt::print("{} of version 1 {}\n", count(report.deleted_objects, "object"),
               options.dry_run ? "would be deleted" : "deleted");
  }
  fmt::print("next: vdp repo {} {}\n", options.dry_run ? "migrate" : "status", options.url);
}

Status migrate(const Options& options) {
  VDP_ASSIGN(auto store, open_repository_store(options));
  icechunk::MigrateOptions how;
  how.dry_run = options.dry_run;
  how.delete_former_refs = !options.keep_former_refs;
  VDP_ASSIGN_IN(options.url, const auto report, icechunk::migrate(std::move(store), how));
  if (options.output.json) {
    print_json(to_json(options, report));
  } else {
    print(options, report);
  }
  return {};
}

}  // namespace

void add_repo_migrate(CLI::App& repo, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = repo.add_subcommand("migrate", "a repository of format version 1 becomes one of version 2");
  add_repository_options(*verb, *options);
  verb->add_flag("--dry-run", options->dry_run, "say what would be done, and change nothing");
  verb->add_flag("--keep-former-refs", options->keep_former_refs,
                 "leave refs/ and config.yaml there, for readers that only know version 1");
  verb->callback([options, &action] { action = [options] { return finish(*options, migrate(*options)); }; });
}

}  // namespace vdp::cli
