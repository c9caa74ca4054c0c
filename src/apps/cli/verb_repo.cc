// vdp repo: any Icechunk repository by its URL.
#include "apps/cli/repo/repository_verb.h"

namespace vdp::cli {

void add_repo(CLI::App& program, Action& action) {
  auto* repo = program.add_subcommand("repo", "any Icechunk repository by its URL");
  repo->require_subcommand(1);
  add_repo_log(*repo, action);
  add_repo_names(*repo, action);
  add_repo_refs(*repo, action);
  add_repo_diff(*repo, action);
  add_repo_cat(*repo, action);
  add_repo_stats(*repo, action);
  add_repo_settings(*repo, action);
  add_repo_upkeep(*repo, action);
  add_repo_migrate(*repo, action);
  add_repo_rewrite(*repo, action);
}

}  // namespace vdp::cli
