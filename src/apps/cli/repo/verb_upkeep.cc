// vdp repo expire|collect: the upkeep of any Icechunk repository, one step at a time.
#include <fmt/format.h>
#include <unistd.h>

#include "apps/cli/cutoff_option.h"
#include "apps/cli/repo/repository_verb.h"
#include "apps/cli/stop_signal.h"
#include "apps/cli/upkeep_progress.h"
#include "apps/cli/upkeep_report.h"

namespace vdp::cli {
namespace {

struct Options : RepositoryOptions {
  Cutoff older_than;
  bool allow_recent = false;
  bool dry_run = false;
  bool delete_branches = false;
  bool delete_tags = false;
  std::size_t keep_newest = 0;
  std::vector<std::string> protected_branches;
  std::vector<std::string> protected_tags;

  TimestampUs older_than_us() const { return older_than.before(system_clock().now_us()); }
  std::int64_t minimum_age_us() const { return allow_recent ? 0 : icechunk::default_minimum_age_us; }
};

/// As JSON, or as text with the command to type next.
template <typename Report>
void tell(const Options& options, TimestampUs older_than_us, const Report& report, const std::string& next) {
  if (options.output.json) {
    Json document = {
        {"repository", options.url}, {"dry_run", options.dry_run}, {"older_than", format_timestamp(older_than_us)}};
    document.update(to_json(report));
    print_json(document);
    return;
  }
  print_report(report, options.dry_run);
  fmt::print("next: vdp repo {} {}\n", next, options.url);
}

Status expire(const Options& options, const icechunk::Repository& repository) {
  icechunk::ExpireOptions expire;
  expire.older_than_us = options.older_than_us();
  expire.minimum_age_us = options.minimum_age_us();
  expire.dry_run = options.dry_run;
  if (options.delete_branches) expire.branches = icechunk::ExpiredRefs::remove;
  if (options.delete_tags) expire.tags = icechunk::ExpiredRefs::remove;
  expire.keep_newest = options.keep_newest;
  expire.protected_branches = options.protected_branches;
  expire.protected_tags = options.protected_tags;
  VDP_ASSIGN(const auto report, icechunk::expire(repository, expire));
  tell(options, expire.older_than_us, report, options.dry_run ? "expire" : "collect");
  return {};
}

Status collect(const Options& options, const icechunk::Repository& repository) {
  UpkeepProgress progress(system_clock(), isatty(STDERR_FILENO) == 1, options.output.quiet);
  icechunk::CollectOptions collect;
  collect.older_than_us = options.older_than_us();
  collect.minimum_age_us = options.minimum_age_us();
  collect.dry_run = options.dry_run;
  collect.stop = &stop_requested();
  collect.on_progress = [&](const icechunk::CollectProgress& counts) { progress.show(counts); };
  VDP_ASSIGN(const auto report, icechunk::collect(repository, collect));
  tell(options, collect.older_than_us, report, options.dry_run ? "collect" : "log");
  return {};
}

CLI::App* add_step(CLI::App& repo, Action& action, const std::shared_ptr<Options>& options, const char* name,
                   const char* description, Status (*run)(const Options&, const icechunk::Repository&)) {
  auto* verb = add_repository_verb(repo, action, options, name, description, run);
  add_cutoff_option(*verb, "--older-than", options->older_than, "what goes")->required();
  verb->add_flag("--allow-recent", options->allow_recent, "allow less than a day: no session may be open that long");
  verb->add_flag("--dry-run", options->dry_run, "say what would go, and change nothing");
  return verb;
}

}  // namespace

void add_repo_upkeep(CLI::App& repo, Action& action) {
  auto options = std::make_shared<Options>();
  auto* expire_verb = add_step(repo, action, options, "expire", "old snapshots leave the history", expire);
  expire_verb->add_flag("--delete-expired-branches", options->delete_branches, "also branches on old snapshots");
  expire_verb->add_flag("--delete-expired-tags", options->delete_tags, "also tags on old snapshots");
  expire_verb->add_option("--keep-newest", options->keep_newest, "snapshots of each branch that stay at any age");
  expire_verb->add_option("--protect-branch", options->protected_branches,
                          "a branch that stays; * and ? stand for any");
  expire_verb->add_option("--protect-tag", options->protected_tags, "a tag that stays; * and ? stand for any");
  add_step(repo, action, options, "collect", "old objects that nothing refers to are deleted", collect);
}

}  // namespace vdp::cli
