#include "pipeline/planner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "dataset/guards.h"
#include "discover/list.h"
#include "store/url.h"

namespace vdp {
namespace {

using dataset::AxisKind;
using dataset::Role;

ProvenanceRecord record_of(const Granule& granule, SlotBox box, Outcome::Kind kind) {
  return {granule.uri,
          version_of(granule),
          granule.size,
          format_timestamp(granule.last_modified_us),
          std::string(to_string(kind)),
          {},
          box};
}

/// The granule of a record, as a listing would have told of it.
Result<FoundGranule> found_again(const dataset::SourceSpec& source, const ProvenanceRecord& record) {
  if (!record.uri.starts_with(source.prefix)) return invalid("it does not lie below source.prefix");
  ObjectInfo object;
  VDP_ASSIGN(object.key, decode_path(std::string_view(record.uri).substr(source.prefix.size())));
  object.size = record.size;
  VDP_ASSIGN(const auto modified, dataset::parse_instant(dataset::Calendar::standard, record.modified));
  VDP_ASSIGN(object.last_modified_us, dataset::to_timestamp(dataset::Calendar::standard, modified));
  return classify(source, object).found;
}

/// Whether `granule` wins a slot over the one that has it.
Result<bool> is_preferred(const dataset::SourceSpec& source, const Granule& granule, const ProvenanceRecord& owner) {
  VDP_ASSIGN(const auto theirs, found_again(source, owner));
  const auto ours = classify(source, {granule.key, granule.size, granule.etag, granule.last_modified_us}).found;
  return preferred(source, ours, theirs);
}

/// One text of all findings; where the guards have some, how to do without the granule.
std::string explain(const std::vector<std::string>& findings, const std::vector<dataset::Mismatch>& mismatches) {
  std::string text = fmt::format("{}", fmt::join(findings, "; "));
  if (!mismatches.empty()) text += " [`parse.drop` leaves a variable out, `source.exclude` a file]";
  return text;
}

}  // namespace

std::optional<Outcome> Planner::known(const Granule& granule) const {
  // Where late granules are put in their places at once, none has to wait.
  const LateGranule* late =
      file_.forward.late == dataset::LatePolicy::insert ? nullptr : state_.ledger.find(granule.uri);
  if (late != nullptr) {
    if (late->version != version_of(granule)) return std::nullopt;
    return Outcome::unchanged(granule, {"a late file waits in the ledger; `vdp resort` folds it in"});
  }
  return known_in_slots(granule);
}

std::optional<Outcome> Planner::known_in_slots(const Granule& granule) const {
  const ProvenanceRecord* record = state_.provenance.find_uri(granule.uri);
  if (record == nullptr) return std::nullopt;
  const bool same = record->version == version_of(granule);
  if (!same && file_.forward.same != dataset::SamePolicy::skip) return std::nullopt;
  Outcome outcome{Outcome::Kind::unchanged, granule, {}, 0, {}, false};
  if (!same) outcome.notes.push_back("a new version, left out as `forward.same` says");
  return outcome;
}

Verdict Planner::plan(const PreparedGranule& granule, Origin origin) {
  auto present = origin == Origin::batch ? known(granule.granule) : known_in_slots(granule.granule);
  if (present) return {std::move(*present), {}};
  std::vector<std::string> findings = granule.findings;
  PlannedGranule planned;
  planned.granule = &granule;
  Outcome outcome{Outcome::Kind::written, granule.granule, {}, 0, granule.notes, false};
  auto report = dataset::compare(state_.store, granule.dataset, granule.proofs, file_.checks.missing_variable);
  planned.absent = std::move(report.absent);
  // A granule without axis values has its findings already.
  const auto slots = granule.axis_values.empty() ? Result<Slots>(Slots{}) : find_slots(granule);
  if (!slots) {
    findings.push_back(slots.error().text());
  } else if (slots->box.size() != 0) {
    planned.box = slots->box;
    const auto kind = claim(granule, *slots, planned.cleared);
    if (kind) outcome.kind = *kind;
    if (!kind) findings.push_back(kind.error().text());
    std::ranges::move(check_alignment(*slots), std::back_inserter(report.mismatches));
  }
  auto attributes = dataset::combine_attributes(file_.attributes, state_.store.attributes, granule.dataset.attributes);
  if (!attributes) findings.push_back(attributes.error().text());
  for (const auto& mismatch : report.mismatches) findings.push_back(dataset::describe(mismatch));
  if (!findings.empty()) return {Outcome::rejected(granule.granule, explain(findings, report.mismatches)), {}};
  if (auto gap = find_gap(slots->box)) {
    outcome = Outcome::deferred(granule.granule, std::move(*gap));
    outcome.waits = true;
    return {std::move(outcome), {}};
  }
  std::ranges::move(report.notes, std::back_inserter(outcome.notes));
  if (slots->late && origin == Origin::batch && file_.forward.late == dataset::LatePolicy::ledger) {
    state_.ledger.put(
        {granule.granule.uri, version_of(granule.granule), describe_value(slots->values.front()), now_us_});
    outcome.kind = Outcome::Kind::set_aside;
    return {std::move(outcome), {}};
  }
  if (auto accepted = accept(granule, *slots, planned, outcome); !accepted) {
    return {Outcome::rejected(granule.granule, accepted.error().text()), {}};
  }
  take_group_attributes(std::move(*attributes), outcome.notes);
  return {std::move(outcome), std::move(planned)};
}

Result<Planner::Slots> Planner::find_slots(const PreparedGranule& granule) const {
  return axis_.kind == AxisKind::regular ? find_regular(granule) : find_growing(granule);
}

Result<Planner::Slots> Planner::find_regular(const PreparedGranule& granule) const {
  if (!granule.axis_units) return invalid(fmt::format("the values of \"{}\" have no time units", axis_.name));
  std::optional<std::uint64_t> first;
  for (std::size_t i = 0; i < granule.axis_values.size(); ++i) {
    VDP_ASSIGN(const auto slot, state_.regular->slot(granule.axis_values[i], *granule.axis_units));
    if (!first) first = slot;
    if (slot == *first + i) continue;
    return invalid(fmt::format("step {} is at slot {}, expected {}: the steps of a file must follow one another", i,
                               slot, *first + i));
  }
  return Slots{{*first, *first + granule.steps}, {}, false};
}

Result<Outcome::Kind> Planner::claim(const PreparedGranule& granule, const Slots& slots, SlotBox& cleared) const {
  const SlotBox box = slots.box;
  if (slots.late) {
    VDP_TRY(claim_late(granule, box));
    return Outcome::Kind::written;
  }
  const std::string& uri = granule.granule.uri;
  const ProvenanceRecord* own = state_.provenance.find_uri(uri);
  const bool extends_own = own != nullptr && own->box.begin == box.begin && own->box.end == state_.slots &&
                           box.end > own->box.end && axis_.kind == AxisKind::grow;
  if (own != nullptr && own->box != box && !extends_own) {
    return invalid(
        fmt::format("it fills {} in the store, and now claims {}", describe_slots(own->box), describe_slots(box)));
  }
  const auto owners = state_.provenance.within(box);
  for (const ProvenanceRecord* owner : owners) {
    if (owner == own) continue;
    if (file_.forward.other == dataset::OtherPolicy::reject) {
      return invalid(
          fmt::format("{} belongs to {} (`forward.other` is \"reject\")", describe_slots(owner->box), owner->uri));
    }
    VDP_ASSIGN_IN(owner->uri, const bool wins, is_preferred(file_.source, granule.granule, *owner));
    if (!wins) {
      return invalid(fmt::format("{} belongs to {}, which `source.prefer` and its time put first",
                                 describe_slots(owner->box), owner->uri));
    }
    if (owner->box != box) {
      return invalid(fmt::format("{} belongs to {}, which the granule covers only in part", describe_slots(owner->box),
                                 owner->uri));
    }
  }
  if (owners.empty()) {
    VDP_TRY(check_late(box));
    VDP_TRY(check_reserve(box));
    return Outcome::Kind::written;
  }
  cleared = {box.begin, std::min(box.end, std::max(state_.slots, box.begin))};
  return Outcome::Kind::replaced;
}

/// On a growing axis find_growing refuses what lies before the end. What is left are slots of granules that were
/// retracted: their values are on the axis, so that nothing is late for them.
Status Planner::check_late(SlotBox box) const {
  if (axis_.kind == AxisKind::grow) return {};
  const auto& records = state_.provenance.records();
  if (file_.forward.late != dataset::LatePolicy::reject || records.empty()) return {};
  if (box.begin >= filled_end()) return {};
  return invalid(fmt::format("{} comes after slot {} was filled (`forward.late` is \"reject\")", describe_slots(box),
                             filled_end() - 1));
}

std::uint64_t Planner::filled_end() const {
  // Without the records: an axis without an end is as long as what was filled.
  if (!state_.provenance.is_complete()) return state_.slots;
  const auto& records = state_.provenance.records();
  return records.empty() ? 0 : records.rbegin()->second.box.end;
}

std::string Planner::describe_slot(std::uint64_t slot) const {
  return fmt::format("slot {} ({} = {})", slot, axis_.name,
                     dataset::format_instant(state_.encoding.time->calendar, state_.regular->instant(slot)));
}

Status Planner::check_reserve(SlotBox box) const {
  if (!state_.regular || state_.regular->length()) return {};
  const std::uint64_t end = filled_end();
  if (box.begin <= end || box.begin - end <= file_.forward.max_reserve) return {};
  return invalid(fmt::format("{} is {} slots after the last filled one (`forward.max_reserve` is {})",
                             describe_slot(box.begin), box.begin - end, file_.forward.max_reserve));
}

std::optional<std::string> Planner::find_gap(SlotBox box) const {
  const std::uint64_t end = filled_end();
  if (file_.forward.gap != dataset::GapPolicy::refuse || box.begin <= end) return std::nullopt;
  return fmt::format(
      "{} comes after a hole of {} slots that begins with {} (`forward.gap` is \"refuse\"); `vdp gaps` "
      "names the files that are missing",
      describe_slot(box.begin), box.begin - end, describe_slot(end));
}

std::vector<dataset::Mismatch> Planner::check_alignment(const Slots& slots) const {
  const SlotBox box = slots.box;
  std::vector<dataset::Mismatch> mismatches;
  // Among others whole chunks have to be put; only at the end may there be half a one.
  const std::uint64_t length = slots.late ? UINT64_MAX : std::max(state_.slots, box.end);
  for (const auto& [name, variable] : state_.store.variables) {
    if (variable.role != Role::refs) continue;
    const std::uint64_t edge = variable.metadata.chunk_shape[*variable.axis_dimension];
    if (box.begin >= state_.slots && state_.slots % edge != 0) {
      // What the last chunk holds behind the array's end would become values of slots that nobody filled.
      mismatches.push_back({name, "position", fmt::format("{} of the axis", describe_slots(box)),
                            fmt::format("whole chunks of {} slots before it; the store ends with half a chunk, after "
                                        "slot {}",
                                        edge, state_.slots - 1),
                            "only the last file may end within a chunk"});
      continue;
    }
    if (dataset::box_is_aligned(box.begin, box.end, edge, length)) continue;
    mismatches.push_back({name, "position", fmt::format("{} of the axis", describe_slots(box)),
                          fmt::format("whole chunks of {} slots", edge), "half a chunk would shift values"});
  }
  return mismatches;
}

void Planner::take_group_attributes(dataset::CombinedAttributes combined, std::vector<std::string>& notes) {
  for (const std::string& name : combined.dropped) {
    notes.push_back(fmt::format("group attribute {} differs between files and was dropped", name));
  }
  state_.store.attributes = std::move(combined.attributes);
  for (const auto& [name, value] : state_.store.attributes.items()) state_.store.attribute_names.insert(name);
}

Status Planner::accept(const PreparedGranule& granule, const Slots& slots, PlannedGranule& planned, Outcome& outcome) {
  if (slots.late) VDP_TRY(make_room(slots));
  for (std::size_t i = 0; i < slots.values.size(); ++i) {
    if (slots.box.begin + i >= state_.grow->length()) VDP_TRY(state_.grow->append(slots.values[i]));
  }
  state_.slots = std::max(state_.slots, slots.box.end);
  placed_end_ = std::max(placed_end_, slots.box.end);
  planned.record = record_of(granule.granule, slots.box, outcome.kind);
  planned.record.absent = planned.absent;
  planned.inserted = slots.late;
  state_.provenance.put(planned.record);
  state_.ledger.remove(planned.record.uri);
  for (const auto& [name, variable] : state_.store.variables) {
    const auto found = granule.dataset.variables.find(name);
    if (variable.role != Role::refs || found == granule.dataset.variables.end()) continue;
    outcome.refs += found->second.manifest.size();
  }
  return {};
}

}  // namespace vdp
