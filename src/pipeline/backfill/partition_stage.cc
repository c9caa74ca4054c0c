#include "pipeline/backfill/partition_stage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "pipeline/backfill/cut.h"
#include "pipeline/backfill/document.h"
#include "pipeline/backfill/locate.h"
#include "pipeline/backfill/missing_files.h"
#include "pipeline/backfill/run_inventory.h"
#include "pipeline/backfill/run_state.h"
#include "pipeline/dataset_processor.h"
#include "pipeline/store_layout.h"

namespace vdp::backfill {
namespace {

/// Of one message; the rest is counted.
constexpr std::size_t max_findings_told = 200;
/// Files that the template is looked for among.
constexpr std::size_t max_seeds = 100;
/// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: of a state's input or output. What other
/// members a state machine adds must fit, too.
constexpr std::size_t max_answer_bytes = 240 * 1024;

Failure refuse(const std::vector<std::string>& findings) {
  const auto shown = std::span(findings).first(std::min(findings.size(), max_findings_told));
  return invalid(fmt::format(
      "the inventory has {} findings, and nothing was done:\n  {}{}", findings.size(), fmt::join(shown, "\n  "),
      shown.size() == findings.size() ? "" : fmt::format("\n  and {} more", findings.size() - shown.size())));
}

/// The store as it is, or as it would be made, and how its manifests are divided.
struct Foundation {
  StoreState state;
  icechunk::ManifestSplitting splitting;
};

/// Nothing where the repository does not have the dataset.
Result<std::optional<Foundation>> load_foundation(const Site& site, const icechunk::Repository& repository,
                                                  const icechunk::SnapshotId& base) {
  VDP_ASSIGN(const auto session, repository.readonly_session(base));
  if (!session.kind(provenance_group(site.group()))) return std::nullopt;
  Foundation foundation;
  VDP_ASSIGN_IN(site.target()->url(), foundation.state, load_store_state(site.rules(), site.axis(), session));
  VDP_ASSIGN(const auto config, repository.config());
  VDP_ASSIGN(foundation.splitting, config.manifest_splitting());
  return std::optional(std::move(foundation));
}

Result<Foundation> draft_foundation(const Site& site, const std::vector<FoundGranule>& granules) {
  VDP_ASSIGN(const auto processor, DatasetProcessor::create(site.rules(), {&site.clock(), site.threads()}));
  std::string reasons;
  for (const FoundGranule& found : std::span(granules).first(std::min(granules.size(), max_seeds))) {
    auto schema = processor->derive_schema(found.granule);
    if (!schema) {
      if (schema.error().kind == ErrorKind::transient) return std::unexpected(std::move(schema).error());
      if (reasons.size() < 2000) reasons += "\n  " + schema.error().text();
      continue;
    }
    Foundation foundation;
    StoreState& state = foundation.state;
    state.store = std::move(schema->store);
    state.encoding = std::move(schema->encoding);
    state.slots = state.store.axis_variable().metadata.shape.at(0);
    if (site.axis().kind == dataset::AxisKind::regular) {
      VDP_ASSIGN(state.regular, dataset::RegularAxis::create(site.axis(), *state.encoding.time, state.encoding.dtype));
    } else {
      VDP_ASSIGN(state.grow, dataset::GrowAxis::create(site.axis().name, {}));
    }
    VDP_ASSIGN(const auto config, repository_config(site.file(), state.store, {}));
    VDP_ASSIGN(foundation.splitting, config.manifest_splitting());
    return foundation;
  }
  return invalid(fmt::format("{}: no file of the inventory can make the store{}", site.target()->url(), reasons));
}

/// Granules that are in the store elsewhere: a new version of one does not move.
std::vector<std::string> moved_of(const StoreState& state, const std::vector<Item>& items) {
  std::vector<std::string> findings;
  for (const Item& item : items) {
    const ProvenanceRecord* record = state.provenance.find_uri(item.granule.uri);
    if (record == nullptr || record->box.begin == item.slot) continue;
    findings.push_back(fmt::format("{}: it fills {} in the store, and now claims slot {}", item.granule.key,
                                   describe_slots(record->box), item.slot));
  }
  return findings;
}

Status check_tolerated(const Plan& plan) {
  if (plan.rejected.size() <= plan.tolerate) return {};
  std::string reasons;
  for (const Rejection& rejection : std::span(plan.rejected).first(std::min(plan.rejected.size(), max_findings_told))) {
    reasons += fmt::format("\n  {}: {}", rejection.uri, rejection.reason);
  }
  return over_limit(fmt::format("{} files have no place on the axis, tolerated are {}:{}", plan.rejected.size(),
                                plan.tolerate, reasons));
}

/// The plan of the run that is under way, if there is one.
Result<std::optional<Plan>> find_running_plan(const Site& site, const std::string& run) {
  VDP_ASSIGN(const auto repository, site.find_repository());
  if (!repository) return std::nullopt;
  VDP_ASSIGN(const auto state, read_run_state(*repository, run));
  if (!state || !state->initialized) return std::nullopt;
  Plan name;
  name.run = run;
  name.id = state->plan;
  auto plan = site.artifacts().read_plan(site.artifacts().uri(plan_key(name)));
  if (plan) return std::optional(std::move(*plan));
  return std::unexpected(
      within(fmt::format("run {} is under way, and cannot go on without its plan (delete the branch {} to begin anew)",
                         run, state->branch),
             std::move(plan).error()));
}

Failure refuse_other_inventory(const Plan& plan) {
  return conflict(fmt::format(
      "run {} is under way with another inventory, of {} files: finish it with that one, give this one another name, "
      "or delete the branch {} to begin anew",
      plan.run, plan.named, branch_of_run(plan.run)));
}

}  // namespace

Result<DraftPlan> draft_plan(const Site& site, const PartitionRequest& request) {
  VDP_TRY(check_run_name(request.run));
  DraftPlan draft;
  Plan& plan = draft.partitioned.plan;
  VDP_ASSIGN(auto running, find_running_plan(site, request.run));
  const bool is_asked = is_asked_for(request.inventory);
  if (running && is_asked && running->inventory == request.inventory) {
    draft.partitioned = {std::move(*running), {}, true};
    return draft;
  }
  if (running && is_asked) return refuse_other_inventory(*running);
  VDP_ASSIGN(auto inventory, read_inventory(site, request.inventory));
  plan.inventory = is_asked ? request.inventory : digest_of(inventory);
  if (running) {
    if (running->inventory != plan.inventory) return refuse_other_inventory(*running);
    draft.partitioned = {std::move(*running), {}, true};
    return draft;
  }
  std::vector<std::string> findings = std::move(inventory.findings);
  plan.run = request.run;
  plan.dataset = site.file().identity.name;
  plan.named = inventory.granules.size();
  plan.tolerate = request.tolerate.value_or(site.file().backfill.tolerate);
  if (inventory.granules.empty()) {
    if (findings.empty()) findings.push_back("it names no file of the dataset");
    return refuse(findings);
  }
  std::optional<Foundation> foundation;
  VDP_ASSIGN(const auto repository, site.find_repository());
  if (repository) {
    VDP_ASSIGN(const auto base, repository->resolve(icechunk::Branch{site.file().store.branch}));
    plan.base = base.text();
    VDP_ASSIGN(foundation, load_foundation(site, *repository, base));
  }
  if (!foundation) {
    if (!findings.empty()) return refuse(findings);
    VDP_ASSIGN(foundation, draft_foundation(site, inventory.granules));
  }
  auto missing = missing_of(site, foundation->state, std::move(inventory.granules));
  plan.unchanged = plan.named - missing.size();
  VDP_ASSIGN(auto located, locate_granules(site, foundation->state, std::move(missing)));
  std::ranges::move(located.findings, std::back_inserter(findings));
  std::ranges::move(moved_of(foundation->state, located.items), std::back_inserter(findings));
  if (!findings.empty()) return refuse(findings);
  plan.rejected = std::move(located.rejected);
  VDP_TRY(check_tolerated(plan));
  plan.slots = located.slots;
  draft.partitioned.notes = std::move(located.notes);
  VDP_ASSIGN(const auto cell_slots, manifest_cell_slots(site, foundation->state.store, foundation->splitting));
  const std::uint64_t size = request.partition_size.value_or(site.file().backfill.partition);
  draft.store = std::move(foundation->state.store);
  draft.items = cut_into_partitions(std::move(located.items), size, cell_slots);
  for (const auto& items : draft.items) plan.partitions.push_back(describe_partition(items));
  plan.id = digest_of(plan, draft.items);
  return draft;
}

Result<Partitioned> partition_inventory(const Site& site, const PartitionRequest& request) {
  VDP_ASSIGN(auto draft, draft_plan(site, request));
  const Plan& plan = draft.partitioned.plan;
  if (draft.partitioned.resumed) return std::move(draft.partitioned);
  for (std::size_t i = 0; i < draft.items.size(); ++i) {
    Json items = Json::array();
    for (const Item& item : draft.items[i]) items.push_back(to_json(item));
    VDP_TRY(site.artifacts().write_json(partition_key(plan, i), items));
  }
  VDP_TRY(site.artifacts().write_json(plan_key(plan), to_json(plan)));
  return std::move(draft.partitioned);
}

Result<PartitionRequest> parse_partition_request(const Json& input) {
  VDP_ASSIGN(const auto document, Document::of(input));
  PartitionRequest request;
  VDP_ASSIGN(request.run, document.text("name"));
  VDP_ASSIGN(request.inventory, document.text("inventory_uri"));
  VDP_ASSIGN(request.partition_size, document.optional_count("partition_size"));
  VDP_ASSIGN(request.tolerate, document.optional_count("tolerate"));
  if (request.partition_size == 0U) return invalid("partition_size: found 0, expected a whole number from 1 on");
  return request;
}

Result<Json> to_json(const Site& site, const Partitioned& partitioned) {
  const Plan& plan = partitioned.plan;
  Json answer = {{"version", document_version},
                 {"name", plan.run},
                 {"plan_uri", site.artifacts().uri(plan_key(plan))},
                 {"files", plan.files()},
                 {"unchanged", plan.unchanged},
                 {"rejected", plan.rejected.size()},
                 {"partitions", Json::array()}};
  for (std::size_t i = 0; i < plan.partitions.size(); ++i) {
    answer["partitions"].push_back({{"index", i}, {"files", plan.partitions[i].files}});
  }
  const std::size_t bytes = answer.dump().size();
  if (bytes <= max_answer_bytes) return answer;
  return over_limit(
      fmt::format("{} partitions take {} bytes, and a state machine hands on {}: raise the partition size",
                  plan.partitions.size(), bytes, max_answer_bytes));
}

}  // namespace vdp::backfill
