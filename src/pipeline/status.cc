#include "pipeline/status.h"

#include "base/json.h"
#include "discover/list.h"
#include "pipeline/planner.h"

namespace vdp {
namespace {

std::string describe_slot(const StoreState& state, std::uint64_t slot) {
  if (state.regular) return dataset::format_instant(state.encoding.time->calendar, state.regular->instant(slot));
  const dataset::Number& value = state.grow->values()[slot];
  return state.encoding.time ? dataset::describe(value, *state.encoding.time) : dataset::to_string(value);
}

Status read_store(DatasetProcessor& processor, const Discovery& discovery, StoreStatus& status) {
  const icechunk::Branch branch{processor.file().store.branch};
  VDP_ASSIGN(const auto repository, processor.open_repository());
  VDP_ASSIGN(const auto session, repository.readonly_session(branch));
  VDP_ASSIGN(const auto history, repository.history(branch));
  VDP_ASSIGN(auto state, load_store_state(processor.file(), processor.axis(), session));
  status.exists = true;
  status.snapshot = history.front().id.text();
  status.committed_us = history.front().flushed_at_us;
  status.commits = history.size();
  status.slots = state.slots;
  status.variables = state.store.variables.size();
  for (const auto& [begin, record] : state.provenance.records()) {
    ++status.granules;
    status.filled_slots += record.box.size();
  }
  status.late = state.ledger.size();
  if (state.slots != 0) {
    status.first_value = describe_slot(state, 0);
    status.last_value = describe_slot(state, state.slots - 1);
  }
  const Planner planner(processor.file(), processor.axis(), state);
  status.missing = 0;
  for (const FoundGranule& found : discovery.granules) status.missing += planner.known(found.granule) ? 0 : 1;
  return {};
}

}  // namespace

Result<StoreStatus> store_status(DatasetProcessor& processor) {
  const auto& source = processor.file().source;
  VDP_ASSIGN_IN(source.prefix, const auto discovery, list_granules(*processor.source(), source));
  StoreStatus status;
  status.discovered = status.missing = discovery.granules.size();
  VDP_ASSIGN_IN(processor.target()->url(), const bool exists, icechunk::Repository::exists(*processor.target()));
  if (exists) VDP_TRY(read_store(processor, discovery, status));
  return status;
}

Json to_json(const StoreStatus& status) {
  Json json = {{"exists", status.exists}, {"discovered", status.discovered}, {"missing", status.missing}};
  if (!status.exists) return json;
  json.update({{"snapshot", status.snapshot},
               {"committed_at", format_timestamp(status.committed_us)},
               {"commits", status.commits},
               {"granules", status.granules},
               {"slots", status.slots},
               {"filled_slots", status.filled_slots},
               {"first", status.first_value},
               {"last", status.last_value},
               {"variables", status.variables}});
  if (status.late != 0) json["late"] = status.late;
  return json;
}

}  // namespace vdp
