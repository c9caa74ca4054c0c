#include "apps/cli/repo/repository_verb.h"

#include "dataset/locations.h"
#include "icechunk/repo/find_revision.h"
#include "store/open_store.h"

namespace vdp::cli {

Result<ObjectStorePtr> open_repository_store(const RepositoryOptions& options) {
  VDP_TRY(dataset::check_location(options.url));
  return open_store(options.url, options.access.access());
}

Result<icechunk::Repository> open_repository(const RepositoryOptions& options) {
  VDP_ASSIGN(auto store, open_repository_store(options));
  VDP_ASSIGN_IN(options.url, auto repository, icechunk::Repository::open(std::move(store)));
  return repository;
}

Result<icechunk::SnapshotId> find_snapshot(const icechunk::Repository& repository, const std::string& revision) {
  VDP_ASSIGN(const auto found, icechunk::find_revision(repository, revision));
  return repository.resolve(found);
}

void add_repository_options(CLI::App& verb, RepositoryOptions& options) {
  verb.add_option("url", options.url, "the repository: URL or path")->required();
  add_access_options(verb, options.access);
  add_output_options(verb, options.output);
}

int finish(const RepositoryOptions& options, const Status& done) {
  return done ? int{exit_done} : report_error(done.error(), options.output);
}

}  // namespace vdp::cli
