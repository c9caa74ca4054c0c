#include "pipeline/backfill/missing_files.h"

#include <optional>

#include "pipeline/backfill/run_inventory.h"
#include "pipeline/planner.h"

namespace vdp::backfill {
namespace {

/// An inventory that names no versions can ask for the name only.
bool is_in_store(const Planner& planner, const StoreState& state, const Granule& granule) {
  const bool names_version = !granule.etag.empty() || granule.size != 0 || granule.last_modified_us != 0;
  if (names_version) return planner.known(granule).has_value();
  return state.provenance.find_uri(granule.uri) != nullptr || state.ledger.find(granule.uri) != nullptr;
}

Result<std::optional<StoreState>> load_state(const Site& site) {
  VDP_ASSIGN(const auto repository, site.find_repository());
  if (!repository) return std::nullopt;
  VDP_ASSIGN(const auto session, repository->readonly_session(icechunk::Branch{site.file().store.branch}));
  if (!session.kind(provenance_group(site.group()))) return std::nullopt;
  VDP_ASSIGN_IN(site.target()->url(), auto state, load_store_state(site.rules(), site.axis(), session));
  return std::optional(std::move(state));
}

}  // namespace

std::vector<FoundGranule> missing_of(const Site& site, StoreState& state, std::vector<FoundGranule> granules) {
  const Planner planner(site.rules(), site.axis(), state);
  std::erase_if(granules, [&](const FoundGranule& found) { return is_in_store(planner, state, found.granule); });
  return granules;
}

Result<MissingFiles> find_missing_files(const Site& site, const std::string& inventory_location) {
  VDP_ASSIGN(auto inventory, read_inventory(site, inventory_location));
  MissingFiles missing;
  missing.named = inventory.granules.size();
  missing.findings = std::move(inventory.findings);
  VDP_ASSIGN(auto state, load_state(site));
  auto granules = std::move(inventory.granules);
  if (state) granules = missing_of(site, *state, std::move(granules));
  missing.granules.reserve(granules.size());
  for (FoundGranule& found : granules) missing.granules.push_back(std::move(found.granule));
  return missing;
}

}  // namespace vdp::backfill
