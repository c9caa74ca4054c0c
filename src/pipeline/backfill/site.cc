#include "pipeline/backfill/site.h"

#include <fmt/format.h>

#include <limits>

#include "store/open_store.h"

namespace vdp::backfill {
namespace {

dataset::DatasetFile bulk_rules(dataset::DatasetFile file) {
  file.forward.late = dataset::LatePolicy::by_kind;
  file.forward.gap = dataset::GapPolicy::by_kind;
  file.forward.max_reserve = std::numeric_limits<std::uint64_t>::max();
  file.forward.resort.reset();
  return file;
}

}  // namespace

Site::Site(dataset::DatasetFile file, Artifacts artifacts, std::size_t threads, Clock& clock)
    : file_(std::move(file)),
      rules_(bulk_rules(file_)),
      artifacts_(std::move(artifacts)),
      threads_(threads),
      clock_(&clock) {}

Result<Site> Site::open(dataset::DatasetFile file, ObjectStorePtr artifacts, std::size_t threads, Clock& clock) {
  if (file.axes.size() != 1) {
    return unsupported(
        fmt::format("{}: {} axes declared; datasets of exactly one `[axis.NAME]` are what is implemented", file.path,
                    file.axes.size()));
  }
  Site site(std::move(file), Artifacts(std::move(artifacts)), threads, clock);
  VDP_ASSIGN_IN("source.prefix", site.source_, open_source_store(site.file_.source.prefix, site.file_.source.access));
  VDP_ASSIGN_IN("store.url", site.target_, open_store(site.file_.store.url, site.file_.store.access));
  return site;
}

Site Site::with_threads(std::size_t threads) const {
  Site site = *this;
  site.threads_ = threads;
  return site;
}

dataset::DatasetFile Site::rules_on(const std::string& branch) const {
  dataset::DatasetFile file = rules_;
  file.store.branch = branch;
  return file;
}

Result<std::optional<icechunk::Repository>> Site::find_repository() const {
  VDP_ASSIGN_IN(target_->url(), const bool exists, icechunk::Repository::exists(*target_));
  if (!exists) return std::nullopt;
  VDP_ASSIGN(auto repository, open_repository());
  return std::optional(std::move(repository));
}

Result<icechunk::Repository> Site::open_repository() const {
  icechunk::RepositoryOptions options;
  options.clock = clock_;
  VDP_ASSIGN_IN(target_->url(), auto repository, icechunk::Repository::open(target_, options));
  return repository;
}

}  // namespace vdp::backfill
