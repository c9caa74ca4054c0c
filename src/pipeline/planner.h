// Planning: where a prepared granule goes, and whether it may go there. Looks at the store's state only; nothing is
// written, so that a granule is placed whole or not at all.
#pragma once

#include "base/json.h"
#include "dataset/dataset_file.h"
#include "pipeline/outcome.h"
#include "pipeline/prepare.h"
#include "pipeline/store_state.h"

namespace vdp {

/// A granule that was accepted. The state counts it in from then on.
struct PlannedGranule {
  const PreparedGranule* granule = nullptr;
  SlotBox box;
  SlotBox cleared;  ///< slots whose old contents go; empty where nothing was there
  ProvenanceRecord record;
};

struct Verdict {
  Outcome outcome;
  std::optional<PlannedGranule> planned;  ///< of written and replaced
};

class Planner {
 public:
  Planner(const dataset::DatasetFile& file, const dataset::AxisSpec& axis, StoreState& state)
      : file_(file), axis_(axis), state_(state) {}

  /// Decides on one granule, and puts it into the state if it is accepted. Granules of a growing axis are to be offered
  /// in the order of their first values.
  Verdict plan(const PreparedGranule& granule);

  /// Unchanged, told from the version alone without parsing the file; nothing if it must be looked at.
  std::optional<Outcome> known(const Granule& granule) const;

 private:
  struct Slots {
    SlotBox box;
    std::vector<dataset::Number> values;  ///< of a growing axis, in its units
  };
  Result<Slots> find_slots(const PreparedGranule& granule) const;
  Result<Slots> find_regular(const PreparedGranule& granule) const;
  Result<Slots> find_growing(const PreparedGranule& granule) const;
  Result<std::vector<dataset::Number>> in_store_units(const PreparedGranule& granule) const;
  /// Whose slots these are: decides between written, replaced, unchanged and rejected.
  Result<Outcome::Kind> claim(const PreparedGranule& granule, SlotBox box, SlotBox& cleared) const;
  /// A hole that a later granule left behind is not filled where the dataset file says so.
  Status check_late(SlotBox box) const;
  Status check_fit(const PreparedGranule& granule, SlotBox box, std::vector<std::string>& notes) const;
  Status combine_group_attributes(const PreparedGranule& granule, std::vector<std::string>& notes);
  Status accept(const PreparedGranule& granule, const Slots& slots, PlannedGranule& planned, Outcome& outcome);

  const dataset::DatasetFile& file_;
  const dataset::AxisSpec& axis_;
  StoreState& state_;
};

}  // namespace vdp
