// Cutting the files of a run into partitions.
#pragma once

#include <cstdint>
#include <vector>

#include "icechunk/repo/manifest_splitting.h"
#include "pipeline/backfill/item.h"
#include "pipeline/backfill/plan.h"
#include "pipeline/backfill/site.h"
#include "pipeline/store_state.h"

namespace vdp::backfill {

/// Slots after which every array begins a new manifest (ManifestSplitting): the common multiple of the cells of all
/// arrays of references. UINT64_MAX where they have none.
Result<std::uint64_t> manifest_cell_slots(const Site& site, const dataset::Template& store,
                                          const icechunk::ManifestSplitting& splitting);

/// Runs of at most `partition_size` files, which are in order of their slots. A run ends with the last manifest cell
/// that it completes, so that no later partition writes a manifest of it; where a cell has more files than a partition
/// may, the partitions within it each add a manifest of their own to it, and one of them ends with the cell.
std::vector<std::vector<Item>> cut_into_partitions(std::vector<Item> items, std::uint64_t partition_size,
                                                   std::uint64_t cell_slots);

Partition describe_partition(const std::vector<Item>& items);

}  // namespace vdp::backfill
