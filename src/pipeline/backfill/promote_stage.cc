#include "pipeline/backfill/promote_stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "pipeline/backfill/catch_up.h"
#include "pipeline/backfill/document.h"

namespace vdp::backfill {
namespace {

/// How often the dataset's branch may have moved on by the time that the run's has caught up.
constexpr int max_attempts = 1000;

Status check_partitions(const Plan& plan, const RunState& run) {
  std::string missing;
  for (std::size_t i = 0; i < plan.partitions.size(); ++i) {
    if (!run.partitions.contains(i)) missing += fmt::format("{}{}", missing.empty() ? "" : ", ", i);
  }
  if (missing.empty()) return {};
  return conflict(
      fmt::format("partitions {} of {} have no commit on branch {}", missing, plan.partitions.size(), run.branch));
}

Result<bool> is_ancestor(const icechunk::Repository& repository, const icechunk::SnapshotId& ancestor,
                         const icechunk::SnapshotId& of) {
  VDP_ASSIGN(const auto history, repository.history(of));
  return std::ranges::find(history, ancestor, &icechunk::SnapshotSummary::id) != history.end();
}

class Promotion {
 public:
  Promotion(const Site& site, icechunk::Repository& repository, const Plan& plan)
      : site_(site), repository_(repository), plan_(plan), main_(site.file().store.branch) {}

  Result<Promoted> run() {
    promoted_.rejected = plan_.rejected.size();
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
      VDP_ASSIGN(const bool done, try_once());
      if (done) return promoted_;
    }
    return conflict(
        fmt::format("branch {} has moved on {} times while the backfill caught up with it", main_, max_attempts));
  }

 private:
  Result<bool> try_once() {
    VDP_ASSIGN(const auto run, read_run_state(repository_, plan_.run));
    VDP_ASSIGN(promoted_.snapshot, repository_.resolve(icechunk::Branch{main_}));
    if (!run) return finish_without_branch();
    if (!run->initialized || run->plan != plan_.id) {
      return conflict(fmt::format("branch {} is not that of plan {}", run->branch, plan_.id));
    }
    VDP_TRY(check_partitions(plan_, *run));
    VDP_ASSIGN(const bool landed, is_ancestor(repository_, run->tip, promoted_.snapshot));
    if (!landed) {
      if (promoted_.snapshot != run->caught_up) {
        VDP_ASSIGN(const auto placed, catch_up(site_, repository_, plan_, *run, promoted_.snapshot));
        promoted_.placed_again += placed;
        return false;  // and look again whether the branch stayed where it was
      }
      const Status moved = repository_.reset_branch(main_, run->tip, promoted_.snapshot);
      if (!moved && moved.error().kind == ErrorKind::conflict) return false;
      if (!moved) return std::unexpected(moved.error());
      promoted_.snapshot = run->tip;
    }
    promoted_.promoted = true;
    promoted_.rejected += run->rejected();
    if (auto deleted = repository_.delete_branch(run->branch);
        !deleted && deleted.error().kind != ErrorKind::not_found) {
      return std::unexpected(std::move(deleted).error());
    }
    return true;
  }

  /// It was promoted before, or there was nothing to do.
  Result<bool> finish_without_branch() {
    VDP_ASSIGN(promoted_.promoted, is_promoted(repository_, main_, plan_));
    if (promoted_.promoted || plan_.partitions.empty()) return true;
    return not_found(
        fmt::format("run {} has no branch {}, and is not in branch {}", plan_.run, branch_of_run(plan_.run), main_));
  }

  const Site& site_;
  icechunk::Repository& repository_;
  const Plan& plan_;
  const std::string& main_;
  Promoted promoted_;
};

}  // namespace

Result<Promoted> promote_run(const Site& site, icechunk::Repository& repository, const Plan& plan) {
  return Promotion(site, repository, plan).run();
}

Result<Json> promote_stage(const Site& site, const Json& input) {
  VDP_ASSIGN(const auto document, Document::of(input));
  VDP_ASSIGN(const std::string plan_uri, document.text("plan_uri"));
  VDP_ASSIGN(const Plan plan, site.artifacts().read_plan(plan_uri));
  VDP_ASSIGN(auto repository, site.open_repository());
  VDP_ASSIGN(const auto promoted, promote_run(site, repository, plan));
  return Json{{"version", document_version},           {"name", plan.run},
              {"snapshot", promoted.snapshot.text()},  {"promoted", promoted.promoted},
              {"placed_again", promoted.placed_again}, {"rejected", promoted.rejected}};
}

}  // namespace vdp::backfill
