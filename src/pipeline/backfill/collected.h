// Collecting: the children of one partition, exactly one for each set of items, put into one session.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "icechunk/repo/session.h"
#include "pipeline/backfill/child.h"
#include "pipeline/backfill/partition_work.h"
#include "pipeline/store_state.h"

namespace vdp::backfill {

struct Collected {
  std::map<std::uint64_t, ChildGranule> granules;  ///< by the index of the item
  Json attributes;                                 ///< of the group, with those of all that were placed
  std::set<std::string> attribute_names;           ///< of those, and of those that were dropped again
  std::vector<std::string> notes;
  std::vector<std::string> ignored;  ///< "child: reason"
};

/// Merges the references of the children into `session`, which stands on the partition's base. Every item is taken from
/// one child. Of several attempts at the same items the one with the fewest rejected files is taken, of equals the
/// first by name. A granule whose group attributes do not go with those of the store and of the granules before it
/// becomes a rejected one, and its references are left out. Strangers, leftovers and what is damaged are ignored, and
/// told. An error names everything that speaks against the commit, and then the session is to be discarded:
///   - `not_found`: items of which there is no child that can be taken,
///   - `conflict`: children that overlap so that no choice of them has every item once; two files that fill one slot.
Result<Collected> collect_children(const Site& site, const PartitionWork& work, const std::vector<Item>& items,
                                   const StoreState& state, icechunk::Session& session);

}  // namespace vdp::backfill
