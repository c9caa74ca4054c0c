#include "pipeline/static_seed.h"

#include <algorithm>

#include "base/json.h"
#include "base/log.h"
#include "dataset/guards.h"
#include "store/url.h"

namespace vdp {
namespace {

using dataset::Role;

/// Granules that are tried: each is read.
constexpr std::size_t max_candidates = 10;

bool has_static_refs(const dataset::Template& store) {
  return std::ranges::any_of(store.variables, [](const auto& entry) { return entry.second.role == Role::static_refs; });
}

/// Of the version that the store has, with all static variables, and these as the store has them.
bool can_be_seed(const PreparedGranule& granule, const ProvenanceRecord& record, const dataset::Template& store) {
  return granule.findings.empty() && version_of(granule.granule) == record.version && record.absent.empty() &&
         dataset::compare(store, granule.dataset, granule.proofs).mismatches.empty();
}

Result<PreparedGranule> prepare_recorded(const PrepareContext& context, const ProvenanceRecord& record,
                                         const dataset::Template& store) {
  const std::string& prefix = context.file.source.prefix;
  if (!record.uri.starts_with(prefix)) return invalid("it does not lie below source.prefix");
  Granule granule;
  granule.uri = record.uri;
  VDP_ASSIGN(granule.key, decode_path(std::string_view(record.uri).substr(prefix.size())));
  VDP_ASSIGN(auto shaped, shape_granule(context, granule));
  return prepare_granule(context, store, std::move(shaped));
}

Status name_seed(const PrepareContext& context, const std::string& uri, StoreState& state, icechunk::Session& session) {
  const std::string path = provenance_group(context.file.identity.group);
  VDP_ASSIGN(Json attributes, session.attributes(path));
  attributes["vdp"]["seed"] = uri;
  VDP_TRY(session.set_group(path, zarr::zarr_json_group(attributes)));
  state.seed_uri = uri;
  return {};
}

}  // namespace

bool lacks_seed(const StoreState& state) { return state.seed_uri.empty() && has_static_refs(state.store); }

Status write_seed(const PrepareContext& context, const PreparedGranule& granule, StoreState& state,
                  icechunk::Session& session) {
  for (const auto& [name, variable] : state.store.variables) {
    if (variable.role != Role::static_refs) continue;
    const auto found = granule.dataset.variables.find(name);
    if (found == granule.dataset.variables.end()) continue;
    const zarr::Shape origin(variable.metadata.rank(), 0);
    VDP_TRY(session.set_refs(variable_path(context.file.identity.group, name), found->second.manifest, origin));
  }
  return name_seed(context, granule.granule.uri, state, session);
}

Status move_seed(const PrepareContext& context, StoreState& state, icechunk::Session& session) {
  if (!has_static_refs(state.store)) return {};
  VDP_TRY(state.provenance.read_all(session, context.file.identity.group));
  std::size_t tried = 0;
  for (const auto& [begin, record] : state.provenance.records()) {
    if (++tried > max_candidates) break;
    const auto granule = prepare_recorded(context, record, state.store);
    if (granule && can_be_seed(*granule, record, state.store)) return write_seed(context, *granule, state, session);
  }
  log(LogLevel::warning, "static variables still refer to a file that is gone: no other file of the store has them");
  return name_seed(context, {}, state, session);
}

}  // namespace vdp
