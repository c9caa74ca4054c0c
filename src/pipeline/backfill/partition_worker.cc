#include "pipeline/backfill/partition_worker.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/id.h"
#include "pipeline/axis_order.h"
#include "pipeline/backfill/child_name.h"
#include "pipeline/backfill/document.h"
#include "pipeline/batch_writer.h"

namespace vdp::backfill {
namespace {

Result<icechunk::Fork> read_fork(const Site& site, const PartitionWork& work) {
  const std::string key = fork_key(work.work_prefix);
  VDP_ASSIGN(const Bytes bytes, site.artifacts().read(key));
  const std::string uri = site.artifacts().uri(key);
  VDP_ASSIGN_IN(uri, auto fork, icechunk::Fork::decode(bytes));
  if (fork.base() == work.base) return fork;
  return invalid(
      fmt::format("{}: a fork of snapshot {}, expected one of {}", uri, fork.base().text(), work.base.text()));
}

/// A child is of items that follow one another.
Result<ItemRange> range_of(const std::vector<Item>& items) {
  if (items.empty()) return invalid("found no items");
  for (std::size_t i = 1; i < items.size(); ++i) {
    if (items[i].index == items[i - 1].index + 1) continue;
    return invalid(fmt::format("item {} comes after item {}: items of one batch follow one another", items[i].index,
                               items[i - 1].index));
  }
  return ItemRange{items.front().index, items.back().index + 1};
}

ChildGranule child_granule(std::uint64_t index, Outcome outcome) {
  ChildGranule granule;
  granule.index = index;
  granule.kind = outcome.kind;
  granule.reason = std::move(outcome.reason);
  granule.notes = std::move(outcome.notes);
  granule.refs = outcome.refs;
  return granule;
}

ChildGranule rejected(const Item& item, std::string reason) {
  return child_granule(item.index, Outcome::rejected(item.granule, std::move(reason)));
}

}  // namespace

Result<PartitionWorker> PartitionWorker::open(const Site& site, const icechunk::Repository& repository,
                                              PartitionWork work) {
  VDP_ASSIGN(auto fork, read_fork(site, work));
  VDP_ASSIGN_IN(site.artifacts().uri(fork_key(work.work_prefix)), const auto session, repository.forked_session(fork));
  VDP_ASSIGN_IN(site.target()->url(), auto state,
                load_store_state(site.rules(), site.axis(), session, RecordsRead::by_slot));
  return PartitionWorker(site, repository, std::move(work), std::move(fork), std::move(state));
}

Result<ItemsDone> PartitionWorker::run(const std::vector<Item>& items, const Options& options) const {
  VDP_ASSIGN(const auto range, range_of(items));
  VDP_ASSIGN(auto session, repository_.forked_session(fork_));
  StoreState state = state_;
  std::vector<Granule> granules;
  for (const Item& item : items) granules.push_back(item.granule);
  GranulePreparer preparer(site_->threads(), 0);
  const auto prepared = preparer.prepare(site_->prepare_context(), state.store, granules, options.read_until);
  Planner planner(site_->rules(), site_->axis(), state);
  Child child{work_.plan.id, work_.partition, std::vector<ChildGranule>(items.size()), fork_};
  ItemsDone done;
  for (const std::size_t i : in_axis_order(positions_of(prepared))) {
    VDP_TRY(state.provenance.read(session, site_->group(), {items[i].slot, items[i].slot + 1}));
    VDP_ASSIGN(child.granules[i], place(items[i], prepared[i], planner, state, session, options));
    done.refs += child.granules[i].refs;
    done.source_bytes += items[i].granule.size;
  }
  VDP_ASSIGN(child.changes, session.export_changes());
  done.child_key = children_prefix(work_.work_prefix) + child_name(range, Id<8>::random(system_random()).text());
  done.files = items.size();
  done.rejected = child.rejected();
  VDP_TRY(site_->artifacts().write(done.child_key, encode_child(child)));
  return done;
}

Result<ChildGranule> PartitionWorker::place(const Item& item, const Preparation& preparation, Planner& planner,
                                            StoreState& state, icechunk::Session& session,
                                            const Options& options) const {
  if (preparation.granule == nullptr) {
    const Outcome outcome =
        preparation.was_read ? outcome_of(item.granule, preparation.error) : Outcome::not_read(item.granule);
    const bool may_be_read_later = outcome.kind == Outcome::Kind::deferred;
    if (may_be_read_later && !(options.give_up && preparation.was_read)) {
      return fail(ErrorKind::transient, fmt::format("{}: {}", item.granule.uri, outcome.reason));
    }
    return rejected(item, outcome.reason);
  }
  const PreparedGranule& granule = *preparation.granule;
  const std::uint64_t slots = state_.slots;
  Verdict verdict = planner.plan(granule);
  if (verdict.outcome.kind == Outcome::Kind::deferred) return rejected(item, verdict.outcome.reason);
  if (verdict.planned) {
    const PlannedGranule& planned = *verdict.planned;
    const bool moved = planned.box.begin != item.slot || planned.box.end > slots;
    if (moved) {
      return rejected(item, fmt::format("it fills {}; the plan has it begin at slot {}, of {}",
                                        describe_slots(planned.box), item.slot, slots));
    }
    VDP_TRY(write_granule_refs(site_->rules(), site_->axis(), state, planned, session));
  }
  ChildGranule result = child_granule(item.index, std::move(verdict.outcome));
  if (!verdict.planned) return result;
  result.box = verdict.planned->box;
  result.record = encode_record(verdict.planned->record);
  result.values = granule.values;
  result.attributes = granule.dataset.attributes;
  return result;
}

Result<Json> process_stage(const Site& site, const Json& input, const Deadline& read_until) {
  VDP_ASSIGN(const auto document, Document::of(input));
  VDP_ASSIGN(const Json* batch, document.object("BatchInput"));
  VDP_ASSIGN_IN("BatchInput", auto work, parse_partition_work(site, *batch));
  VDP_ASSIGN_IN("BatchInput", const auto batch_fields, Document::of(*batch));
  VDP_ASSIGN_IN("BatchInput", const bool give_up, batch_fields.flag("give_up"));
  VDP_ASSIGN(const Json* array, document.array("Items"));
  VDP_ASSIGN_IN("Items", const auto items, parse_items(*array, site.rules().source.prefix));
  const std::uint64_t partition = work.partition;
  VDP_ASSIGN(const auto repository, site.open_repository());
  VDP_ASSIGN(const auto worker, PartitionWorker::open(site, repository, std::move(work)));
  VDP_ASSIGN(const auto done, worker.run(items, {give_up, read_until}));
  return Json{
      {"version", document_version}, {"partition", partition},    {"child_uri", site.artifacts().uri(done.child_key)},
      {"files", done.files},         {"rejected", done.rejected}, {"refs", done.refs}};
}

}  // namespace vdp::backfill
