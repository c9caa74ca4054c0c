// Planning: where a prepared granule goes, and whether it may go there. Looks at the store's state only; nothing is
// written, so that a granule is placed whole or not at all.
#pragma once

#include "base/json.h"
#include "dataset/attribute_policy.h"
#include "dataset/dataset_file.h"
#include "dataset/mismatch.h"
#include "pipeline/outcome.h"
#include "pipeline/prepare.h"
#include "pipeline/store_state.h"

namespace vdp {

/// A granule that was accepted. The state counts it in from then on.
struct PlannedGranule {
  const PreparedGranule* granule = nullptr;
  SlotBox box;
  SlotBox cleared;  ///< slots whose old contents go; empty where nothing was there
  /// The box is new, and what was there and behind it has moved up. Boxes are those of the store with the whole batch
  /// in it: whatever is inserted goes behind all that was planned before.
  bool inserted = false;
  /// Variables of the store that the granule lacks, and may (`checks.missing_variable`).
  std::vector<std::string> absent;
  ProvenanceRecord record;
};

struct Verdict {
  Outcome outcome;
  std::optional<PlannedGranule> planned;  ///< of written and replaced
};

class Planner {
 public:
  /// `now_us`: since when a granule that is late has waited.
  Planner(const dataset::DatasetFile& file, const dataset::AxisSpec& axis, StoreState& state, TimestampUs now_us = 0)
      : file_(file), axis_(axis), state_(state), now_us_(now_us) {}

  /// Where a granule comes from: one of the ledger has waited, and is put in its place now.
  enum class Origin { batch, ledger };

  /// Decides on one granule, and puts it into the state if it is accepted; all that speaks against it is told at once.
  /// Granules of a growing axis are to be offered in the order of their first values, and so are those that must not
  /// leave holes.
  Verdict plan(const PreparedGranule& granule, Origin origin = Origin::batch);

  /// Unchanged, told from the version alone without parsing the file; nothing if it must be looked at.
  std::optional<Outcome> known(const Granule& granule) const;

 private:
  struct Slots {
    SlotBox box;
    std::vector<dataset::Number> values;  ///< of a growing axis, in its units
    bool late = false;                    ///< the slots are to be made before others
  };
  std::optional<Outcome> known_in_slots(const Granule& granule) const;
  Result<Slots> find_slots(const PreparedGranule& granule) const;
  Result<Slots> find_regular(const PreparedGranule& granule) const;
  Result<Slots> find_growing(const PreparedGranule& granule) const;
  Result<Slots> find_late(std::vector<dataset::Number> values, std::uint64_t slot) const;
  bool takes_late() const;
  Status claim_late(const PreparedGranule& granule, SlotBox box) const;
  Status make_room(const Slots& slots);
  std::string describe_value(const dataset::Number& value) const;
  Result<std::vector<dataset::Number>> in_store_units(const PreparedGranule& granule) const;
  /// Whose slots these are: decides between written, replaced, unchanged and rejected.
  Result<Outcome::Kind> claim(const PreparedGranule& granule, const Slots& slots, SlotBox& cleared) const;
  /// A hole that a later granule left behind is not filled where the dataset file says so.
  Status check_late(SlotBox box) const;
  /// Slots that the granule would leave empty before it: too many, if there are any that it may leave.
  Status check_reserve(SlotBox box) const;
  /// Why the granule has to wait: empty slots before it, where none may be.
  std::optional<std::string> find_gap(SlotBox box) const;
  /// The end of the last slot that is filled.
  std::uint64_t filled_end() const;
  std::string describe_slot(std::uint64_t slot) const;
  /// Every whole-chunk rule that the position breaks.
  std::vector<dataset::Mismatch> check_alignment(const Slots& slots) const;
  void take_group_attributes(dataset::CombinedAttributes combined, std::vector<std::string>& notes);
  Status accept(const PreparedGranule& granule, const Slots& slots, PlannedGranule& planned, Outcome& outcome);

  const dataset::DatasetFile& file_;
  const dataset::AxisSpec& axis_;
  StoreState& state_;
  const TimestampUs now_us_;
  std::uint64_t placed_end_ = 0;  ///< the end of the last slot that was planned
};

}  // namespace vdp
