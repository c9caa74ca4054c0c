#include "pipeline/backfill/collected.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>

#include "dataset/attribute_policy.h"
#include "pipeline/backfill/child_check.h"

namespace vdp::backfill {
namespace {

/// Of one message; the rest is counted.
constexpr std::size_t max_told = 20;

std::string told(const std::vector<std::string>& texts) {
  const auto shown = std::span(texts).first(std::min(texts.size(), max_told));
  std::string text = fmt::format("{}", fmt::join(shown, "; "));
  if (texts.size() > max_told) text += fmt::format("; and {} more", texts.size() - max_told);
  return text;
}

class Collector {
 public:
  Collector(const Site& site, const PartitionWork& work, const std::vector<Item>& items, const StoreState& state,
            icechunk::Session& session)
      : site_(site),
        items_(items),
        session_(session),
        check_(site, work, items, state, session),
        prefix_(children_prefix(work.work_prefix)) {
    collected_.attributes = state.store.attributes;
  }

  Result<Collected> run() {
    VDP_TRY(list_children());
    find_ways();
    for (std::uint64_t next = 0; next < items_.size();) {
      const auto range = next_range(next);
      if (!range) return missing_from(next);
      VDP_ASSIGN(auto child, choose(*range, names_.at(*range)));
      names_.erase(*range);
      if (!child) {
        find_ways();
        continue;
      }
      VDP_TRY(take(std::move(*child)));
      next = range->end;
    }
    for (const auto& [range, written] : names_) {
      for (const WrittenChild& each : written) ignore(each.name, "its items were done by others");
    }
    VDP_TRY(check_slots());
    return std::move(collected_);
  }

 private:
  struct WrittenChild {
    std::string name;
    TimestampUs written_us = 0;
  };
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
        names_[*range].push_back({name, object.last_modified_us});
      }
    }
    return {};
  }

  /// From which items the children that are left lead to the last one.
  void find_ways() {
    leads_to_end_ = {items_.size()};
    for (auto range = names_.rbegin(); range != names_.rend(); ++range) {
      if (leads_to_end_.contains(range->first.end)) leads_to_end_.insert(range->first.begin);
    }
  }

  /// The longest range from `begin` on, behind which others lead to the last item: workers of another batch size may
  /// have left some that do not.
  std::optional<ItemRange> next_range(std::uint64_t begin) const {
    std::optional<ItemRange> longest;
    for (auto at = names_.lower_bound({begin, 0}); at != names_.end() && at->first.begin == begin; ++at) {
      if (leads_to_end_.contains(at->first.end)) longest = at->first;
    }
    return longest;
  }

  Result<std::optional<NamedChild>> choose(ItemRange range, const std::vector<WrittenChild>& children) {
    std::optional<NamedChild> best;
    for (const auto& [name, written_us] : children) {
      VDP_ASSIGN(const Bytes bytes, site_.artifacts().read(prefix_ + name));
      auto child = decode_child(bytes);
      const Status fits = child ? check_.check(*child, range, written_us) : Status(std::unexpected(child.error()));
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
    for (ChildGranule& granule : named.child.granules) combine_attributes_of(granule, named.child);
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

  /// As in a batch of the forward path, granule by granule in order of their slots. One that does not fit beside those
  /// before it leaves nothing behind.
  void combine_attributes_of(ChildGranule& granule, Child& child) {
    for (const std::string& note : granule.notes) collected_.notes.push_back(note);
    if (!granule.is_placed()) return;
    auto combined = dataset::combine_attributes(site_.rules().attributes, collected_.attributes, granule.attributes);
    if (!combined) {
      check_.leave_out(granule, child);
      granule.kind = Outcome::Kind::rejected;
      granule.reason = combined.error().text();
      return;
    }
    for (const std::string& name : combined->dropped) {
      collected_.notes.push_back(fmt::format("group attribute {} differs between files and was dropped", name));
    }
    collected_.attributes = std::move(combined->attributes);
    for (const auto& [name, value] : collected_.attributes.items()) collected_.attribute_names.insert(name);
    granule.attributes = nullptr;  // not needed any more, and held for each file of the partition
  }

  /// Why it does not go on at item `next`.
  Failure missing_from(std::uint64_t next) const {
    std::vector<std::string> missing;
    for (std::uint64_t i = next; i < items_.size(); ++i) {
      const auto has = [&](const auto& entry) { return entry.first.begin <= i && i < entry.first.end; };
      if (!std::ranges::any_of(names_, has)) missing.push_back(fmt::format("item {} ({})", i, items_[i].granule.key));
    }
    std::vector<std::string> left = collected_.ignored;
    for (const auto& [range, written] : names_) {
      for (const WrittenChild& each : written) left.push_back(each.name);
    }
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
  std::map<ItemRange, std::vector<WrittenChild>> names_;  ///< of children that were not looked at
  std::set<std::uint64_t> leads_to_end_;
  Collected collected_;
  std::map<std::uint64_t, std::string> taken_from_;  ///< index of an item -> name of the child
};

}  // namespace

Result<Collected> collect_children(const Site& site, const PartitionWork& work, const std::vector<Item>& items,
                                   const StoreState& state, icechunk::Session& session) {
  return Collector(site, work, items, state, session).run();
}

}  // namespace vdp::backfill
