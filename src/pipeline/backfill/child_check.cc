#include "pipeline/backfill/child_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "icechunk/upkeep/age_guard.h"

namespace vdp::backfill {
namespace {

using dataset::Role;

/// Half of what garbage collection leaves alone: the other half is for the commit.
constexpr std::int64_t chunks_are_safe_us = icechunk::default_minimum_age_us / 2;

Status check_inside(const icechunk::RefTable& refs, const dataset::VariableTemplate& variable,
                    const std::vector<SlotBox>& boxes) {
  const std::size_t axis = *variable.axis_dimension;
  const std::uint64_t edge = variable.metadata.chunk_shape[axis];
  for (std::size_t row = 0; row < refs.size(); ++row) {
    const std::uint64_t slot = refs.index(row)[axis] * edge;
    const auto next = std::ranges::upper_bound(boxes, slot, {}, &SlotBox::begin);
    if (next == boxes.begin() || slot >= std::prev(next)->end) {
      return invalid(fmt::format("its fork writes to slot {}, which none of its files fills", slot));
    }
  }
  return {};
}

bool has_native(const icechunk::RefTable& refs) {
  for (std::size_t row = 0; row < refs.size(); ++row) {
    if (refs.kind(row) == icechunk::ChunkRefKind::native) return true;
  }
  return false;
}

/// The rows that do not lie inside the slots.
icechunk::RefTable outside(const icechunk::RefTable& refs, const dataset::VariableTemplate& variable, SlotBox slots) {
  const std::size_t axis = *variable.axis_dimension;
  const std::uint64_t edge = variable.metadata.chunk_shape[axis];
  icechunk::RefTable kept(refs.rank());
  for (std::size_t row = 0; row < refs.size(); ++row) {
    const std::uint64_t slot = refs.index(row)[axis] * edge;
    if (slot < slots.begin || slot >= slots.end) kept.append(refs[row]);
  }
  return kept;
}

}  // namespace

ChildCheck::ChildCheck(const Site& site, const PartitionWork& work, const std::vector<Item>& items,
                       const StoreState& state, const icechunk::Session& session)
    : site_(site), work_(work), items_(items), state_(state) {
  for (const auto& node : session.nodes()) {
    for (const auto& [name, variable] : state.store.variables) {
      if (variable_path(site.group(), name) == node.path) arrays_.emplace(node.id, &variable);
    }
  }
}

Status ChildCheck::check(const Child& child, ItemRange range, TimestampUs written_us) const {
  if (child.plan != work_.plan.id || child.partition != work_.partition) {
    return invalid(fmt::format("it is of partition {} of plan {}, expected {} of {}", child.partition, child.plan,
                               work_.partition, work_.plan.id));
  }
  if (child.changes.base() != work_.base) {
    return invalid(
        fmt::format("a fork of snapshot {}, expected one of {}", child.changes.base().text(), work_.base.text()));
  }
  if (range.end > items_.size() || child.granules.size() != range.end - range.begin) {
    return invalid(fmt::format("{} items, expected items {} to {} of {}", child.granules.size(), range.begin,
                               range.end - 1, items_.size()));
  }
  for (std::uint64_t i = range.begin; i < range.end; ++i) {
    const ChildGranule& granule = child.granules[i - range.begin];
    if (granule.index != i) return invalid(fmt::format("item {}, expected {}", granule.index, i));
    VDP_TRY(check_granule(granule));
  }
  return check_changes(child, written_us);
}

Status ChildCheck::check_granule(const ChildGranule& granule) const {
  if (!granule.is_placed()) return {};
  const Item& item = items_[granule.index];
  VDP_ASSIGN(const auto record, decode_record(granule.record));
  if (record.uri != item.granule.uri) {
    return invalid(fmt::format("item {} is {}, expected {}", item.index, record.uri, item.granule.uri));
  }
  if (granule.box.begin == item.slot && granule.box.end <= state_.slots) return {};
  return invalid(fmt::format("{} fills {}, the plan has it begin at slot {} of {}", record.uri,
                             describe_slots(granule.box), item.slot, state_.slots));
}

/// A worker writes references of its granules, and nothing else.
Status ChildCheck::check_changes(const Child& child, TimestampUs written_us) const {
  const auto& content = child.changes.content();
  if (!content.nodes.empty() || !content.deletions.empty() || !content.remapped.empty()) {
    return invalid("its fork changes nodes");
  }
  std::vector<SlotBox> boxes;
  for (const ChildGranule& granule : child.granules) {
    if (granule.is_placed()) boxes.push_back(granule.box);
  }
  std::ranges::sort(boxes, {}, &SlotBox::begin);
  const bool is_old = site_.clock().now_us() - written_us > chunks_are_safe_us;
  for (const auto& chunks : content.chunks) {
    const auto array = arrays_.find(chunks.array);
    if (array == arrays_.end()) return invalid("its fork writes to an array that is not the dataset's");
    if (is_old && has_native(chunks.refs)) {
      return invalid("it was written 12 hours ago or more, and garbage collection may have taken its chunks since");
    }
    const bool is_of_seed = array->second->role == Role::static_refs &&
                            std::ranges::any_of(child.granules, [&](const auto& each) { return is_seed(each); });
    if (is_of_seed) continue;
    if (array->second->role != Role::refs) return invalid("its fork writes to an array that workers leave alone");
    VDP_TRY(check_inside(chunks.refs, *array->second, boxes));
  }
  return {};
}

/// The granule that static references point into.
bool ChildCheck::is_seed(const ChildGranule& granule) const {
  return granule.is_placed() && items_[granule.index].granule.uri == state_.seed_uri;
}

void ChildCheck::leave_out(const ChildGranule& granule, Child& child) const {
  icechunk::ForkContent content = child.changes.content();
  for (auto& chunks : content.chunks) {
    const dataset::VariableTemplate& variable = *arrays_.at(chunks.array);
    if (variable.role == Role::refs) chunks.refs = outside(chunks.refs, variable, granule.box);
    if (variable.role == Role::static_refs && is_seed(granule)) chunks.refs = icechunk::RefTable(chunks.refs.rank());
  }
  std::erase_if(content.chunks, [](const auto& chunks) { return chunks.refs.empty(); });
  child.changes = icechunk::Fork(std::move(content));
}

}  // namespace vdp::backfill
