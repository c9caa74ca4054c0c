#include "pipeline/backfill/collected.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>

#include "pipeline/backfill/child_name.h"

namespace vdp::backfill {
namespace {

using dataset::Role;

/// Of one message; the rest is counted.
constexpr std::size_t max_told = 20;

std::string told(const std::vector<std::string>& texts) {
  const auto shown = std::span(texts).first(std::min(texts.size(), max_told));
  std::string text = fmt::format("{}", fmt::join(shown, "; "));
  if (texts.size() > max_told) text += fmt::format("; and {} more", texts.size() - max_told);
  return text;
}

/// Holds one child against the partition that it claims to be of.
class ChildCheck {
 public:
  ChildCheck(const Site& site, const PartitionWork& work, const std::vector<Item>& items, const StoreState& state,
             const icechunk::Session& session)
      : work_(work), items_(items), state_(state) {
    for (const auto& node : session.nodes()) {
      for (const auto& [name, variable] : state.store.variables) {
        if (variable_path(site.group(), name) == node.path) arrays_.emplace(node.id, &variable);
      }
    }
  }

  Status check(const Child& child, ItemRange range) const {
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
    return check_changes(child);
  }

 private:
  Status check_granule(const ChildGranule& granule) const {
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
  Status check_changes(const Child& child) const {
    const auto& content = child.changes.content();
    if (!content.nodes.empty() || !content.deletions.empty()) return invalid("its fork changes nodes");
    std::vector<SlotBox> boxes;
    for (const ChildGranule& granule : child.granules) {
      if (granule.is_placed()) boxes.push_back(granule.box);
    }
    std::ranges::sort(boxes, {}, &SlotBox::begin);
    for (const auto& chunks : content.chunks) {
      const auto array = arrays_.find(chunks.array);
      if (array == arrays_.end()) return invalid("its fork writes to an array that is not the dataset's");
      if (array->second->role == Role::static_refs && has_seed(child)) continue;
      if (array->second->role != Role::refs) {
        return invalid("its fork writes to an array that workers leave alone");
      }
      VDP_TRY(check_inside(chunks.refs, *array->second, boxes));
    }
    return {};
  }

  /// The granule that static references point into.
  bool has_seed(const Child& child) const {
    return std::ranges::any_of(child.granules, [&](const ChildGranule& granule) {
      return granule.is_placed() && items_[granule.index].granule.uri == state_.seed_uri;
    });
  }

  static Status check_inside(const icechunk::RefTable& refs, const dataset::VariableTemplate& variable,
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

  const PartitionWork& work_;
  const std::vector<Item>& items_;
  const StoreState& state_;
  std::map<icechunk::NodeId, const dataset::VariableTemplate*> arrays_;
};

class Collector {
 public:
  Collector(const Site& site, const PartitionWork& work, const std::vector<Item>& items, const StoreState& state,
            icechunk::Session& session)
      : site_(site),
        items_(items),
        session_(session),
        check_(site, work, items, state, session),
        prefix_(children_prefix(work.work_prefix)) {}

  Result<Collected> run() {
    VDP_TRY(list_children());
    for (std::uint64_t next = 0; next < items_.size();) {
      const auto range = next_range(next);
      if (!range) return missing_from(next);
      VDP_ASSIGN(auto child, choose(*range, names_.at(*range)));
      names_.erase(*range);
      if (!child) continue;  // another way to go on is looked for
      VDP_TRY(take(std::move(*child)));
      next = range->end;
    }
    for (const auto& [range, names] : names_) {
      for (const std::string& name : names) ignore(name, "its items were done by others");
    }
    VDP_TRY(check_slots());
    return std::move(collected_);
  }

 private:
  struct NamedChild {
    std::string name;
    Child child;
  };

  void ignore(const std::string& name, const std::string& reason) {
    collected_.ignored.push_back(fmt::format("{}: {}", name, reason));
  }

  Status list_children() {
    VDP_ASSIGN_IN(site_.artifacts().uri(prefix_), const auto objects, site_.artifacts().store().list(prefix_));
    for (const ObjectInfo& object : objects) {
      const std::string name = object.key.substr(prefix_.size());
      const auto range = items_of_child_name(name);
      if (!range || range->end > items_.size()) {
        ignore(name, "no child of this partition by its name");
      } else {
        names_[*range].push_back(name);
      }
    }
    return {};
  }

  /// The longest range from `begin` on, behind which others lead to the last item: workers of another batch size may
  /// have left some that do not.
  std::optional<ItemRange> next_range(std::uint64_t begin) const {
    std::set<std::uint64_t> leads_to_end = {items_.size()};
    for (auto range = names_.rbegin(); range != names_.rend(); ++range) {
      if (leads_to_end.contains(range->first.end)) leads_to_end.insert(range->first.begin);
    }
    std::optional<ItemRange> longest;
    for (auto at = names_.lower_bound({begin, 0}); at != names_.end() && at->first.begin == begin; ++at) {
      if (leads_to_end.contains(at->first.end)) longest = at->first;
    }
    return longest;
  }

  Result<std::optional<NamedChild>> choose(ItemRange range, const std::vector<std::string>& names) {
    std::optional<NamedChild> best;
    for (const std::string& name : names) {
      VDP_ASSIGN(const Bytes bytes, site_.artifacts().read(prefix_ + name));
      auto child = decode_child(bytes);
      const Status fits = child ? check_.check(*child, range) : Status(std::unexpected(child.error()));
      if (!fits) {
        ignore(name, fits.error().text());
      } else if (!best) {
        best = NamedChild{name, std::move(*child)};
      } else if (child->rejected() < best->child.rejected()) {
        ignore(best->name, fmt::format("{} did the same items, and rejected fewer", name));
        best = NamedChild{name, std::move(*child)};
      } else {
        ignore(name, fmt::format("{} did the same items", best->name));
      }
    }
    return best;
  }

  Status take(NamedChild named) {
    if (auto merged = session_.merge(named.child.changes); !merged) {
      return std::unexpected(within("child " + named.name, std::move(merged).error()));
    }
    for (ChildGranule& granule : named.child.granules) {
      const std::uint64_t index = granule.index;
      taken_from_[index] = named.name;
      collected_.granules.emplace(index, std::move(granule));
    }
    return {};
  }

  /// Why it does not go on at item `next`.
  Failure missing_from(std::uint64_t next) const {
    std::vector<std::string> missing;
    for (std::uint64_t i = next; i < items_.size(); ++i) {
      const auto has = [&](const auto& entry) { return entry.first.begin <= i && i < entry.first.end; };
      if (!std::ranges::any_of(names_, has)) missing.push_back(fmt::format("item {} ({})", i, items_[i].granule.key));
    }
    std::vector<std::string> left = collected_.ignored;
    for (const auto& [range, names] : names_) left.insert(left.end(), names.begin(), names.end());
    const std::string where = site_.artifacts().uri(prefix_);
    if (missing.empty()) {
      return conflict(
          fmt::format("{}: the children behind item {} overlap, and no choice of them has every item once: {}", where,
                      next, told(left)));
    }
    std::string text =
        fmt::format("{}: {} of {} items have no child: {}", where, missing.size(), items_.size(), told(missing));
    if (!left.empty()) text += fmt::format(" (not taken: {})", told(left));
    return not_found(std::move(text));
  }

  /// Items are in order of their slots.
  Status check_slots() const {
    std::vector<std::string> overlaps;
    const ChildGranule* last = nullptr;
    for (const auto& [index, granule] : collected_.granules) {
      if (!granule.is_placed()) continue;
      if (last != nullptr && granule.box.begin < last->box.end) {
        overlaps.push_back(fmt::format("{} fills {}, {} ({}) fills {} ({})", items_[last->index].granule.key,
                                       describe_slots(last->box), items_[index].granule.key, taken_from_.at(index),
                                       describe_slots(granule.box), taken_from_.at(last->index)));
      }
      last = &granule;
    }
    if (overlaps.empty()) return {};
    return conflict("two files fill the same slots: " + told(overlaps));
  }

  const Site& site_;
  const std::vector<Item>& items_;
  icechunk::Session& session_;
  ChildCheck check_;
  std::string prefix_;
  std::map<ItemRange, std::vector<std::string>> names_;  ///< of children that were not looked at
  Collected collected_;
  std::map<std::uint64_t, std::string> taken_from_;  ///< index of an item -> name of the child
};

}  // namespace

Result<Collected> collect_children(const Site& site, const PartitionWork& work, const std::vector<Item>& items,
                                   const StoreState& state, icechunk::Session& session) {
  return Collector(site, work, items, state, session).run();
}

}  // namespace vdp::backfill
