// The inventory of a run, wherever it comes from.
#pragma once

#include <string>
#include <string_view>

#include "discover/inventory.h"
#include "pipeline/backfill/site.h"

namespace vdp::backfill {

/// In place of the location of an inventory: what the source is asked for, and what the pattern generates.
inline constexpr std::string_view inventory_by_listing = "list:";
inline constexpr std::string_view inventory_by_enumeration = "enumerate:";

/// `location`: one of these, or see load_inventory. Of a listing, files younger than `source.min_age` are left for
/// later.
Result<Inventory> read_inventory(const Site& site, const std::string& location);

/// What is found by asking the source is another list whenever a file comes: then the way of asking is what a run is
/// told by.
bool is_asked_for(std::string_view location);

/// Over the files that it names, and their versions.
std::string digest_of(const Inventory& inventory);

}  // namespace vdp::backfill
