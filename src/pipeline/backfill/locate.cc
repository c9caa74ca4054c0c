#include "pipeline/backfill/locate.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/axis_order.h"
#include "pipeline/granule_preparer.h"

namespace vdp::backfill {
namespace {

using dataset::AxisKind;
using dataset::Number;
using Kind = dataset::GrowAxis::Place::Kind;

/// Files whose metadata is held at once.
constexpr std::size_t files_a_scan = 256;

/// A file and its place.
struct PlacedFile {
  FoundGranule found;
  std::uint64_t slot = 0;
  std::uint64_t steps = 1;     ///< exact where the file was opened
  std::vector<Number> values;  ///< of a growing axis, in the store's units
};

class Locator {
 public:
  Locator(const Site& site, const StoreState& state) : site_(site), state_(state) {}

  Result<Located> run(std::vector<FoundGranule> granules) {
    if (is_told_by_key()) {
      placed_.reserve(granules.size());
      for (FoundGranule& found : granules) place_by_key(std::move(found));
      granules = {};
      if (state_.regular) VDP_TRY(measure_last());
    } else {
      VDP_TRY(scan(std::move(granules)));
    }
    return state_.regular ? finish_regular() : finish_growing();
  }

 private:
  bool is_told_by_key() const { return site_.axis().from == dataset::AxisSource::pattern; }

  void place_by_key(FoundGranule found) {
    const auto& pattern = site_.rules().source.pattern;
    const std::string& axis = site_.axis().name;
    const auto span = pattern.span(axis, found.fields);
    if (!span) return find(found, span.error());
    PlacedFile placed{std::move(found), 0, 1, {}};
    if (state_.regular) {
      const auto slot = state_.regular->slot(*span);
      if (!slot) return find(placed.found, slot.error());
      placed.slot = *slot;
    } else {
      const auto value = dataset::to_value(span->begin, *state_.encoding.time, state_.encoding.dtype);
      if (!value) return find(placed.found, value.error());
      placed.values = {*value};
    }
    // Of a million files, only what is asked for again is kept.
    placed.found.identity = {};
    if (site_.file().forward.other == dataset::OtherPolicy::reject) placed.found.fields = {};
    placed_.push_back(std::move(placed));
  }

  void find(const FoundGranule& found, const Error& error) {
    located_.findings.push_back(fmt::format("{}: {}", found.granule.key, error.text()));
  }

  /// How many steps the last file has tells how long the axis is; those before it end where the next one begins.
  Status measure_last() {
    std::ranges::stable_sort(placed_, {}, &PlacedFile::slot);
    if (placed_.empty()) return {};
    const Granule& last = placed_.back().found.granule;
    const Preparation prepared = prepare(std::span(&placed_.back(), 1)).front();
    if (prepared.granule != nullptr) {
      placed_.back().steps = std::max<std::uint64_t>(prepared.granule->steps, 1);
    } else if (const Outcome outcome = outcome_of(last, prepared.error); outcome.kind == Outcome::Kind::deferred) {
      return fail(ErrorKind::transient, fmt::format("{}: {}", last.uri, outcome.reason));
    }
    return {};
  }

  std::vector<Preparation> prepare(std::span<const PlacedFile> files) {
    std::vector<Granule> granules;
    for (const PlacedFile& each : files) granules.push_back(each.found.granule);
    return GranulePreparer(site_.threads(), 0).prepare(site_.prepare_context(), state_.store, granules, {});
  }

  Status scan(std::vector<FoundGranule> granules) {
    std::vector<PlacedFile> batch;
    for (FoundGranule& found : granules) {
      batch.push_back({std::move(found), 0, 0, {}});
      if (batch.size() < files_a_scan) continue;
      VDP_TRY(scan_batch(std::move(batch)));
      batch.clear();
    }
    return scan_batch(std::move(batch));
  }

  Status scan_batch(std::vector<PlacedFile> batch) {
    const auto prepared = prepare(batch);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Granule& granule = batch[i].found.granule;
      if (prepared[i].granule == nullptr) {
        const Outcome outcome = outcome_of(granule, prepared[i].error);
        if (outcome.kind == Outcome::Kind::deferred) {
          return fail(ErrorKind::transient, fmt::format("{}: {}", granule.uri, outcome.reason));
        }
        located_.rejected.push_back({granule.uri, outcome.reason});
        continue;
      }
      const PreparedGranule& parsed = *prepared[i].granule;
      if (parsed.axis_values.empty()) {
        located_.rejected.push_back({granule.uri, fmt::format("{}", fmt::join(parsed.findings, "; "))});
        continue;
      }
      batch[i].steps = parsed.steps;
      const Status placed = state_.regular ? place_regular(parsed, batch[i]) : place_growing(parsed, batch[i]);
      if (placed) {
        placed_.push_back(std::move(batch[i]));
      } else {
        located_.rejected.push_back({granule.uri, placed.error().text()});
      }
    }
    return {};
  }

  Status place_regular(const PreparedGranule& parsed, PlacedFile& file) const {
    if (!parsed.axis_units) return invalid("its axis values have no time units");
    VDP_ASSIGN(file.slot, state_.regular->slot(parsed.axis_values.front(), *parsed.axis_units));
    return {};
  }

  Status place_growing(const PreparedGranule& parsed, PlacedFile& file) const {
    const auto& time = state_.encoding.time;
    if (time.has_value() != parsed.axis_units.has_value()) {
      return invalid("its axis values are times, and the store's are not, or the other way round");
    }
    for (const Number& value : parsed.axis_values) {
      VDP_ASSIGN(const Number converted, time
                                             ? dataset::convert(value, *parsed.axis_units, *time, state_.encoding.dtype)
                                             : dataset::with_type(value, state_.encoding.dtype));
      file.values.push_back(converted);
    }
    return {};
  }

  Result<Located> finish_regular() {
    std::ranges::stable_sort(placed_, {}, &PlacedFile::slot);
    located_.slots = state_.slots;
    located_.items.reserve(placed_.size());
    for (PlacedFile& file : placed_) {
      if (is_far_behind(file)) continue;
      if (!taken_by_last(file, is_told_by_key() ? file.slot + 1 : file.slot + file.steps)) keep(std::move(file));
    }
    return std::move(located_);
  }

  /// As forward has it: a mistyped year would stretch the axis for good.
  bool is_far_behind(const PlacedFile& file) {
    const std::uint64_t most = site_.file().forward.max_reserve;
    const bool is_near = file.slot <= located_.slots || file.slot - located_.slots <= most;
    if (is_near || state_.regular->length()) return false;
    located_.findings.push_back(
        fmt::format("{}: slot {} is {} slots after the last filled one (`forward.max_reserve` is {})",
                    file.found.granule.key, file.slot, file.slot - located_.slots, most));
    return true;
  }

  /// New values follow the store's, one file after the other.
  Result<Located> finish_growing() {
    std::ranges::stable_sort(placed_, {}, [](const PlacedFile& file) { return file.values.front(); });
    dataset::GrowAxis axis = *state_.grow;
    for (PlacedFile& file : placed_) {
      VDP_ASSIGN(const auto place, axis.locate(file.values.front()));
      file.slot = place.slot;
      if (taken_by_last(file, file.slot + file.steps)) continue;
      if (place.kind == Kind::before_end) {
        located_.findings.push_back(fmt::format(
            "{}: {} lies before the end of the store's axis ({}); `vdp run` places it as `forward.late` says",
            file.found.granule.key, shown(file.values.front()), shown(axis.values().back())));
        continue;
      }
      if (auto added = append(file, place.kind, axis); !added) {
        find(file.found, added.error());
        continue;
      }
      keep(std::move(file));
    }
    located_.slots = std::max(located_.slots, axis.length());
    return std::move(located_);
  }

  static Status append(const PlacedFile& file, Kind kind, dataset::GrowAxis& axis) {
    if (kind == Kind::existing) return {};
    for (const Number& value : file.values) VDP_TRY(axis.append(value));
    return {};
  }

  std::string shown(const Number& value) const {
    return state_.encoding.time ? dataset::describe(value, *state_.encoding.time) : dataset::to_string(value);
  }

  /// Whether the slots are those of the file before it; then one of the two goes, or that is a finding.
  bool taken_by_last(PlacedFile& file, std::uint64_t end) {
    const bool overlaps = last_end_ > file.slot && !located_.items.empty();
    last_end_ = std::max(last_end_, end);
    if (!overlaps) return false;
    PlacedFile& other = kept_last_;
    const std::string text = fmt::format("{} and {} claim slot {} ({})", other.found.granule.key,
                                         file.found.granule.key, file.slot, "`forward.other` is \"reject\"");
    if (site_.file().forward.other == dataset::OtherPolicy::reject || other.slot != file.slot) {
      located_.findings.push_back(text);
      return true;
    }
    const bool wins = preferred(site_.rules().source, file.found, other.found);
    const PlacedFile& loser = wins ? other : file;
    located_.notes.push_back(fmt::format("{} is left out: source.prefer puts another file of slot {} first",
                                         loser.found.granule.key, file.slot));
    if (!wins) return true;
    located_.items.pop_back();
    return false;
  }

  void keep(PlacedFile file) {
    located_.slots = std::max(located_.slots, file.slot + file.steps);
    located_.items.push_back({0, file.found.granule, file.slot, file.values});
    kept_last_ = std::move(file);
  }

  const Site& site_;
  const StoreState& state_;
  std::vector<PlacedFile> placed_;
  Located located_;
  PlacedFile kept_last_;
  std::uint64_t last_end_ = 0;
};

}  // namespace

Result<Located> locate_granules(const Site& site, const StoreState& state, std::vector<FoundGranule> granules) {
  return Locator(site, state).run(std::move(granules));
}

}  // namespace vdp::backfill
