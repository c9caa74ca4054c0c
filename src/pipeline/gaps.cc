#include "pipeline/gaps.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "discover/list.h"

namespace vdp {
namespace {

using dataset::Pattern;

std::vector<SlotBox> empty_runs(const Provenance& provenance, std::uint64_t length) {
  std::vector<SlotBox> runs;
  std::uint64_t next = 0;
  for (const auto& [begin, record] : provenance.records()) {
    if (begin >= length) break;
    if (begin > next) runs.push_back({next, begin});
    next = record.box.end;
  }
  if (next < length) runs.push_back({next, length});
  return runs;
}

/// How many slots a granule fills and where it begins, as all granules so far did: a key names its granule's first
/// slot.
struct Stride {
  std::uint64_t steps = 1;
  std::uint64_t phase = 0;
};

Stride stride_of(const Provenance& provenance) {
  const auto& records = provenance.records();
  if (records.empty()) return {};
  const SlotBox first = records.begin()->second.box;
  const Stride stride{first.size(), first.begin % first.size()};
  const bool regular = std::ranges::all_of(records, [&](const auto& entry) {
    return entry.second.box.size() == stride.steps && entry.second.box.begin % stride.steps == stride.phase;
  });
  return regular ? stride : Stride{};
}

/// Writes the keys of empty slots.
class KeyWriter {
 public:
  KeyWriter(const Pattern& pattern, const StoreState& state, const std::string& axis, std::uint64_t max_keys,
            GapReport& report)
      : pattern_(pattern), state_(state), axis_(axis), max_keys_(max_keys), report_(report) {}

  Status write(SlotBox gap) {
    const Stride stride = stride_of(state_.provenance);
    for (std::uint64_t slot = gap.begin; slot < gap.end; ++slot) {
      if (slot % stride.steps != stride.phase) continue;
      if (report_.keys.size() >= max_keys_) {
        report_.keys_left_out += (gap.end - 1 - slot) / stride.steps + 1;
        return {};
      }
      VDP_ASSIGN(const auto time, dataset::to_date_time(pattern_.calendar(), state_.regular->instant(slot)));
      dataset::PatternFields fields;
      fields.times[axis_] = time;
      auto outline = pattern_.outline(fields);
      if (!outline) return std::unexpected(std::move(outline).error());
      report_.open_fields = std::move(outline->open_fields);
      // A file of several slots has one key.
      if (report_.keys.empty() || report_.keys.back() != outline->key) report_.keys.push_back(std::move(outline->key));
    }
    return {};
  }

 private:
  const Pattern& pattern_;
  const StoreState& state_;
  const std::string& axis_;
  std::uint64_t max_keys_;
  GapReport& report_;
};

Status find_holes(const DatasetProcessor& processor, const StoreState& state, std::uint64_t max_keys,
                  GapReport& report) {
  const auto& pattern = processor.file().source.pattern;
  const std::string& axis = processor.axis().name;
  const auto show = [&](std::uint64_t slot) {
    return dataset::format_instant(state.encoding.time->calendar, state.regular->instant(slot));
  };
  const auto& records = state.provenance.records();
  const std::uint64_t filled = records.empty() ? 0 : records.rbegin()->second.box.end;
  report.slots = state.regular->length().value_or(filled);
  KeyWriter keys(pattern, state, axis, max_keys, report);
  for (const SlotBox run : empty_runs(state.provenance, report.slots)) {
    report.gaps.push_back({run, show(run.begin), show(run.end - 1)});
    report.empty_slots += run.size();
    if (pattern.has_time(axis)) VDP_TRY(keys.write(run));
  }
  if (!report.gaps.empty() && !pattern.has_time(axis)) report.open_fields = {axis};
  return {};
}

Status find_unwritten(const DatasetProcessor& processor, const StoreState& state, std::uint64_t max_keys,
                      GapReport& report) {
  const auto& source = processor.file().source;
  VDP_ASSIGN_IN(source.prefix, const auto discovery, list_granules(*processor.source(), source));
  report.slots = state.slots;
  const auto show = [&](std::uint64_t slot) {
    const dataset::Number& value = state.grow->values()[slot];
    return state.encoding.time ? dataset::describe(value, *state.encoding.time) : dataset::to_string(value);
  };
  for (const SlotBox run : empty_runs(state.provenance, report.slots)) {
    report.gaps.push_back({run, show(run.begin), show(run.end - 1)});
    report.empty_slots += run.size();
  }
  for (const FoundGranule& found : discovery.granules) {
    if (state.provenance.find_uri(found.granule.uri) != nullptr) continue;
    if (state.ledger.find(found.granule.uri) != nullptr) continue;  // it waits in the store
    if (report.keys.size() < max_keys) {
      report.keys.push_back(found.granule.key);
    } else {
      ++report.keys_left_out;
    }
  }
  return {};
}

}  // namespace

Result<GapReport> find_gaps(DatasetProcessor& processor, std::uint64_t max_keys) {
  VDP_ASSIGN(const auto repository, processor.open_repository());
  const icechunk::Branch branch{processor.file().store.branch};
  const std::string& url = processor.target()->url();
  VDP_ASSIGN_IN(url, const auto session, repository.readonly_session(branch));
  VDP_ASSIGN_IN(url, const auto state, load_store_state(processor.file(), processor.axis(), session));
  GapReport report;
  report.regular = state.regular.has_value();
  VDP_TRY(report.regular ? find_holes(processor, state, max_keys, report)
                         : find_unwritten(processor, state, max_keys, report));
  return report;
}

Json to_json(const GapReport& report) {
  Json gaps = Json::array();
  for (const Gap& gap : report.gaps) {
    gaps.push_back({{"slots", {gap.slots.begin, gap.slots.end - 1}}, {"first", gap.first}, {"last", gap.last}});
  }
  return {{"axis", report.regular ? "regular" : "grow"},
          {"slots", report.slots},
          {"empty_slots", report.empty_slots},
          {"gaps", std::move(gaps)},
          {"keys", report.keys},
          {"keys_left_out", report.keys_left_out},
          {"open_fields", report.open_fields}};
}

}  // namespace vdp
