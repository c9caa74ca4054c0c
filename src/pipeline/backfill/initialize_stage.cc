#include "pipeline/backfill/initialize_stage.h"

#include <fmt/format.h>

#include "pipeline/backfill/document.h"
#include "pipeline/batch_writer.h"
#include "pipeline/dataset_processor.h"

namespace vdp::backfill {
namespace {

/// Files that the template is made from: the first that can be read.
constexpr std::size_t max_seeds = 100;

Result<icechunk::Repository> make_repository(const Site& site) {
  VDP_ASSIGN(auto found, site.find_repository());
  if (found) return std::move(*found);
  if (!site.file().store.create) {
    return invalid(fmt::format("{}: there is no store, and `store.create` is false", site.target()->url()));
  }
  icechunk::RepositoryOptions options;
  options.clock = &site.clock();
  return icechunk::Repository::create(site.target(), {}, options);
}

/// Where the run's branch begins: what the dataset's branch has gained since the plan is placed again by `promote`.
Result<icechunk::SnapshotId> branch_point_of(const Plan& plan, const icechunk::Repository& repository,
                                             const std::string& branch) {
  if (!plan.base.empty()) return icechunk::SnapshotId::parse(plan.base);
  VDP_ASSIGN(const auto history, repository.history(icechunk::Branch{branch}));
  return history.back().id;
}

/// The store's template on the branch, made from the first of the files where it is not there.
Status make_template(const Site& site, const Plan& plan, const std::string& branch) {
  VDP_ASSIGN(const auto processor, DatasetProcessor::create(site.rules_on(branch), {&site.clock(), site.threads()}));
  VDP_ASSIGN(const auto found, processor->find_store());
  if (found) return {};
  std::vector<Granule> seeds;
  for (std::size_t i = 0; i < plan.partitions.size() && seeds.size() < max_seeds; ++i) {
    VDP_ASSIGN(const auto items, site.artifacts().read_items(plan, i, site.rules().source.prefix));
    for (const Item& item : items) seeds.push_back(item.granule);
  }
  VDP_TRY(processor->initialize_store(seeds));
  return {};
}

/// Values of slots that the store does not have yet.
Status grow_axis(const Site& site, const Plan& plan, StoreState& state) {
  state.slots = std::max(state.slots, plan.slots);
  if (!state.grow) return {};
  for (std::size_t i = 0; i < plan.partitions.size(); ++i) {
    VDP_ASSIGN(const auto items, site.artifacts().read_items(plan, i, site.rules().source.prefix));
    for (const Item& item : items) {
      for (std::size_t step = 0; step < item.values.size(); ++step) {
        if (item.slot + step < state.grow->length()) continue;
        VDP_TRY(state.grow->append(item.values[step]));
      }
    }
  }
  if (state.grow->length() == state.slots) return {};
  return corrupt(fmt::format("the plan has {} slots, and values for {}", state.slots, state.grow->length()));
}

Status write_full_shape(const Site& site, const Plan& plan, const icechunk::Repository& repository,
                        const std::string& branch, const icechunk::SnapshotId& branch_point) {
  VDP_ASSIGN(auto session, repository.writable_session(branch));
  VDP_ASSIGN_IN(site.target()->url(), auto state,
                load_store_state(site.rules(), site.axis(), session, RecordsRead::by_slot));
  VDP_TRY(grow_axis(site, plan, state));
  VDP_TRY(write_batch(site.rules(), site.axis(), state, {}, session));
  const std::string message = fmt::format("{}: backfill {} begins: {} files in {} partitions", plan.dataset, plan.run,
                                          plan.files(), plan.partitions.size());
  icechunk::CommitOptions options;
  options.allow_empty = true;
  VDP_ASSIGN(const auto outcome, session.commit(message, initial_metadata(plan, branch_point), options));
  if (std::holds_alternative<icechunk::Committed>(outcome)) return {};
  // Whatever became of it: who calls again looks for it first.
  return fail(ErrorKind::transient, fmt::format("branch {} is being initialized by another process", branch));
}

}  // namespace

Result<std::optional<RunState>> initialize_run(const Site& site, const Plan& plan) {
  if (plan.partitions.empty()) return std::nullopt;
  VDP_ASSIGN(auto repository, make_repository(site));
  VDP_ASSIGN(const auto present, read_run_state(repository, plan.run));
  const std::string branch = branch_of_run(plan.run);
  if (!present) {
    VDP_ASSIGN(const bool promoted, is_promoted(repository, site.file().store.branch, plan));
    if (promoted) return std::nullopt;
  }
  if (!present || !present->initialized) {
    if (present) VDP_TRY(repository.delete_branch(branch));
    VDP_ASSIGN(const auto branch_point, branch_point_of(plan, repository, site.file().store.branch));
    VDP_TRY(repository.create_branch(branch, branch_point));
    VDP_TRY(make_template(site, plan, branch));
    VDP_TRY(write_full_shape(site, plan, repository, branch, branch_point));
  }
  VDP_ASSIGN(auto state, read_run_state(repository, plan));
  return std::optional(std::move(state));
}

Result<Json> initialize_stage(const Site& site, const Json& input) {
  VDP_ASSIGN(const auto document, Document::of(input));
  VDP_ASSIGN(const std::string plan_uri, document.text("plan_uri"));
  VDP_ASSIGN(const Plan plan, site.artifacts().read_plan(plan_uri));
  VDP_ASSIGN(const auto state, initialize_run(site, plan));
  Json answer = input;
  answer["version"] = document_version;
  answer["branch"] = state ? Json(state->branch) : Json();
  answer["base"] = state ? Json(state->branch_point.text()) : Json();
  answer["snapshot"] = state ? Json(state->initial.text()) : Json();
  return answer;
}

}  // namespace vdp::backfill
