#include "pipeline/backfill/run_inventory.h"

#include <fmt/format.h>

#include <chrono>

#include "base/sha256.h"

namespace vdp::backfill {
namespace {

/// Of what is listed, without the files that changed less than `source.min_age` ago.
void leave_young_ones(const Site& site, Inventory& inventory) {
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(site.file().source.min_age);
  const TimestampUs newest_us = site.clock().now_us() - age.count();
  const auto is_young = [&](const FoundGranule& found) { return found.granule.last_modified_us > newest_us; };
  const std::size_t young = age.count() == 0 ? 0 : std::erase_if(inventory.granules, is_young);
  if (young != 0 && inventory.granules.empty()) {
    inventory.findings.push_back(fmt::format("all of its {} files are younger than `source.min_age`", young));
  }
}

}  // namespace

Result<Inventory> read_inventory(const Site& site, const std::string& location) {
  if (location == inventory_by_enumeration) return enumerate_granules(site.file());
  if (location != inventory_by_listing) {
    dataset::SourceSpec source = site.file().source;
    // An inventory among the artifacts is read as they are, also where the source is public or has another login.
    if (location.starts_with(site.artifacts().uri(""))) source.access = site.file().store.access;
    return load_inventory(source, location);
  }
  VDP_ASSIGN_IN(site.file().source.prefix, auto listed, list_granules(*site.source(), site.file().source));
  Inventory inventory;
  inventory.granules = std::move(listed.granules);
  inventory.named = listed.listed;
  inventory.not_matching = listed.not_matching;
  for (const auto& keys : {listed.inconsistent, listed.duplicates}) {
    for (const UnusedKey& key : keys) inventory.findings.push_back(fmt::format("{}: {}", key.key, key.reason));
  }
  leave_young_ones(site, inventory);
  return inventory;
}

bool is_asked_for(std::string_view location) {
  return location == inventory_by_listing || location == inventory_by_enumeration;
}

std::string digest_of(const Inventory& inventory) {
  Sha256 hash;
  for (const FoundGranule& found : inventory.granules) {
    const Granule& granule = found.granule;
    hash.update(granule.key);
    hash.update_u64(granule.size);
    hash.update(granule.etag);
    hash.update_u64(static_cast<std::uint64_t>(granule.last_modified_us));
  }
  return hash.finish_hex();
}

}  // namespace vdp::backfill
