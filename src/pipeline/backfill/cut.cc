#include "pipeline/backfill/cut.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>

#include "base/checked.h"

namespace vdp::backfill {
namespace {

constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();

std::uint64_t common_multiple(std::uint64_t a, std::uint64_t b) {
  if (a == no_end || b == no_end) return no_end;
  return checked_multiply(a / std::gcd(a, b), b).value_or(no_end);
}

/// The end of the partition that begins with item `begin`: behind the last item that completes a cell, else as far as
/// it may go.
std::size_t end_of_partition(const std::vector<Item>& items, std::size_t begin, std::uint64_t partition_size,
                             std::uint64_t cell_slots) {
  const std::size_t most = begin + std::min<std::uint64_t>(partition_size, items.size() - begin);
  if (most == items.size()) return most;
  for (std::size_t end = most; end > begin; --end) {
    if (items[end].slot / cell_slots != items[end - 1].slot / cell_slots) return end;
  }
  return most;
}

}  // namespace

Result<std::uint64_t> manifest_cell_slots(const Site& site, const dataset::Template& store,
                                          const icechunk::ManifestSplitting& splitting) {
  std::uint64_t slots = 1;
  for (const auto& [name, variable] : store.variables) {
    if (variable.role != dataset::Role::refs) continue;
    const std::size_t axis = *variable.axis_dimension;
    const auto& metadata = variable.metadata;
    VDP_ASSIGN_IN(name, const auto cell,
                  splitting.cell_shape(variable_path(site.group(), name), metadata.dimension_names, metadata.rank()));
    const bool is_whole = cell[axis] == std::numeric_limits<std::uint32_t>::max();
    const auto edge = checked_multiply<std::uint64_t>(cell[axis], metadata.chunk_shape[axis]);
    slots = common_multiple(slots, is_whole ? no_end : edge.value_or(no_end));
  }
  return slots;
}

std::vector<std::vector<Item>> cut_into_partitions(std::vector<Item> items, std::uint64_t partition_size,
                                                   std::uint64_t cell_slots) {
  std::vector<std::vector<Item>> partitions;
  for (std::size_t begin = 0; begin < items.size();) {
    const std::size_t end = end_of_partition(items, begin, partition_size, cell_slots);
    auto& partition = partitions.emplace_back();
    partition.reserve(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      items[i].index = i - begin;
      partition.push_back(std::move(items[i]));
    }
    begin = end;
  }
  return partitions;
}

Partition describe_partition(const std::vector<Item>& items) {
  Partition partition{items.size(), 0, items.front().slot, items.back().slot};
  for (const Item& item : items) partition.bytes += item.granule.size;
  return partition;
}

}  // namespace vdp::backfill
