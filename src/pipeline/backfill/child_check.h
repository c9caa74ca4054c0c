// ChildCheck: holds a child against the partition that it claims to be of. Nothing in it is trusted.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "icechunk/repo/session.h"
#include "pipeline/backfill/child.h"
#include "pipeline/backfill/child_name.h"
#include "pipeline/backfill/partition_work.h"
#include "pipeline/store_state.h"

namespace vdp::backfill {

class ChildCheck {
 public:
  /// `state` and `session` are those of the partition's base. All must outlive the check, but for the session.
  ChildCheck(const Site& site, const PartitionWork& work, const std::vector<Item>& items, const StoreState& state,
             const icechunk::Session& session);

  /// `invalid` unless the child is of these items of this partition and base, and writes nothing but references inside
  /// the slots of its files. `written_us`: when the child was written: what it put into the store itself may be
  /// collected a day later, as no snapshot names it.
  Status check(const Child& child, ItemRange range, TimestampUs written_us) const;

  /// Takes the references of a granule of the child out of its fork: what the store has in these slots stays.
  void leave_out(const ChildGranule& granule, Child& child) const;

 private:
  Status check_granule(const ChildGranule& granule) const;
  Status check_changes(const Child& child, TimestampUs written_us) const;
  bool is_seed(const ChildGranule& granule) const;

  const Site& site_;
  const PartitionWork& work_;
  const std::vector<Item>& items_;
  const StoreState& state_;
  std::map<icechunk::NodeId, const dataset::VariableTemplate*> arrays_;
};

}  // namespace vdp::backfill
