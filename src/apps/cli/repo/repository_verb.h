// What the verbs below `vdp repo` share: a repository that is named by its URL.
#pragma once

#include <memory>
#include <string>

#include "apps/cli/access_options.h"
#include "apps/cli/verb.h"
#include "icechunk/repo/repository.h"

namespace vdp::cli {

struct RepositoryOptions {
  OutputOptions output;
  std::string url;
  AccessOptions access;
};

/// What --ref means where it is not given.
constexpr const char* default_revision = "main";
/// For the help of options that take a revision.
constexpr const char* revision_help = "branch, tag, snapshot id or the beginning of one";

/// Where the repository is, whatever is there.
Result<ObjectStorePtr> open_repository_store(const RepositoryOptions& options);
Result<icechunk::Repository> open_repository(const RepositoryOptions& options);

/// The snapshot that a revision means now.
Result<icechunk::SnapshotId> find_snapshot(const icechunk::Repository& repository, const std::string& revision);

/// Adds `URL`, where the repository is, and how it is reached.
void add_repository_options(CLI::App& verb, RepositoryOptions& options);

/// What `run` gives, as the exit code of the verb.
int finish(const RepositoryOptions& options, const Status& done);

/// Opens the repository and does `run`.
template <typename Options>
Action repository_action(const std::shared_ptr<Options>& options,
                         Status (*run)(const Options&, const icechunk::Repository&)) {
  return [options, run] {
    const auto repository = open_repository(*options);
    return finish(*options, repository ? run(*options, *repository) : std::unexpected(repository.error()));
  };
}

/// Adds a verb with the options of its own type, which is derived from RepositoryOptions.
template <typename Options>
CLI::App* add_repository_verb(CLI::App& repo, Action& action, const std::shared_ptr<Options>& options,
                              const std::string& name, const std::string& description,
                              Status (*run)(const Options&, const icechunk::Repository&)) {
  auto* verb = repo.add_subcommand(name, description);
  add_repository_options(*verb, *options);
  verb->callback([options, &action, run, verb] {
    // Runs after that of a verb below it, which then says what is done.
    if (verb->get_subcommands().empty()) action = repository_action(options, run);
  });
  return verb;
}

// Each adds its verbs to the verb "repo".
void add_repo_log(CLI::App& repo, Action& action);
void add_repo_names(CLI::App& repo, Action& action);
void add_repo_refs(CLI::App& repo, Action& action);
void add_repo_diff(CLI::App& repo, Action& action);
void add_repo_cat(CLI::App& repo, Action& action);
void add_repo_stats(CLI::App& repo, Action& action);
void add_repo_settings(CLI::App& repo, Action& action);
void add_repo_upkeep(CLI::App& repo, Action& action);
void add_repo_migrate(CLI::App& repo, Action& action);
void add_repo_rewrite(CLI::App& repo, Action& action);

}  // namespace vdp::cli
