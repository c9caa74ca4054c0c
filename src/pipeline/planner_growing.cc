// Where a granule goes on a growing axis.
#include <fmt/format.h>

#include <algorithm>

#include "pipeline/planner.h"

namespace vdp {

using dataset::Number;
using Kind = dataset::GrowAxis::Place::Kind;

Result<std::vector<Number>> Planner::in_store_units(const PreparedGranule& granule) const {
  std::vector<Number> values;
  const auto& time = state_.encoding.time;
  if (time.has_value() != granule.axis_units.has_value()) {
    return invalid(fmt::format("the values of \"{}\" are {}, expected {}", axis_.name,
                               granule.axis_units ? granule.axis_units->describe() : "without time units",
                               time ? time->describe() : "no times"));
  }
  const std::string place =
      fmt::format("axis {} (`axis.{}.units` and `dtype` of the store hold)", axis_.name, axis_.name);
  for (const Number& value : granule.axis_values) {
    VDP_ASSIGN_IN(place, const Number converted,
                  time ? dataset::convert(value, *granule.axis_units, *time, state_.encoding.dtype)
                       : dataset::with_type(value, state_.encoding.dtype));
    values.push_back(converted);
  }
  return values;
}

Result<Planner::Slots> Planner::find_growing(const PreparedGranule& granule) const {
  VDP_ASSIGN(auto values, in_store_units(granule));
  VDP_TRY(dataset::GrowAxis::create(axis_.name, values));  // strictly increasing, finite
  std::optional<std::uint64_t> first;
  for (std::size_t i = 0; i < values.size(); ++i) {
    VDP_ASSIGN(const auto place, state_.grow->locate(values[i]));
    if (place.kind == Kind::before_end && i == 0 && takes_late()) return find_late(std::move(values), place.slot);
    // New values follow the end one after the other, after any that the store has already.
    const std::uint64_t slot =
        place.kind == Kind::append ? std::max(place.slot, first.value_or(place.slot) + i) : place.slot;
    if (!first) first = slot;
    if (place.kind == Kind::before_end || slot != *first + i) {
      return invalid(fmt::format("{} = {} lies before the end of the axis and is not in the store ({})", axis_.name,
                                 dataset::to_string(values[i]),
                                 takes_late() ? "only a whole granule can come late" : "`forward.late` is \"reject\""));
    }
  }
  return Slots{{*first, *first + granule.steps}, std::move(values), false};
}

bool Planner::takes_late() const {
  return file_.forward.late == dataset::LatePolicy::insert || file_.forward.late == dataset::LatePolicy::ledger;
}

/// All values go between the same two that the axis has, and those are not of one granule.
Result<Planner::Slots> Planner::find_late(std::vector<Number> values, std::uint64_t slot) const {
  for (const Number& value : values) {
    VDP_ASSIGN(const auto place, state_.grow->locate(value));
    if (place.kind == Kind::before_end && place.slot == slot) continue;
    return invalid(fmt::format("{} = {} does not lie before {}, as {} does: a granule's slots must follow one another",
                               axis_.name, dataset::to_string(value), dataset::to_string(state_.grow->values()[slot]),
                               dataset::to_string(values.front())));
  }
  const ProvenanceRecord* owner = state_.provenance.at(slot);
  if (owner != nullptr && owner->box.begin < slot) {
    return invalid(fmt::format("{} = {} would come between the slots of {} ({})", axis_.name,
                               dataset::to_string(values.front()), owner->uri, describe_slots(owner->box)));
  }
  if (slot < placed_end_) {
    return invalid(fmt::format("{} = {} lies before {} of the same batch, which was placed first", axis_.name,
                               dataset::to_string(values.front()), describe_slots({placed_end_ - 1, placed_end_})));
  }
  const std::uint64_t count = values.size();
  return Slots{{slot, slot + count}, std::move(values), true};
}

Status Planner::claim_late(const PreparedGranule& granule, SlotBox box) const {
  const ProvenanceRecord* own = state_.provenance.find_uri(granule.granule.uri);
  if (own == nullptr) return {};
  return invalid(fmt::format("it fills {} in the store, and now claims a place before slot {}",
                             describe_slots(own->box), box.begin));
}

std::string Planner::describe_value(const Number& value) const {
  return state_.encoding.time ? dataset::describe(value, *state_.encoding.time) : dataset::to_string(value);
}

/// Room is made for the slots: whatever was at the place moves up.
Status Planner::make_room(const Slots& slots) {
  VDP_TRY(state_.grow->insert(slots.box.begin, slots.values));
  state_.provenance.make_room(slots.box);
  state_.slots += slots.box.size();
  return {};
}

}  // namespace vdp
