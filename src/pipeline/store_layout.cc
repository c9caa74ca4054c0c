#include "pipeline/store_layout.h"

#include <fmt/format.h>

#include <map>

#include "base/checked.h"
#include "pipeline/provenance.h"
#include "pipeline/source_container.h"
#include "pipeline/store_state.h"

namespace vdp {
namespace {

/// The number of chunks of each array along the axis that share one chunk index along the axis.
std::map<std::string, std::uint64_t> refs_per_step(const std::string& group, const dataset::Template& store) {
  std::map<std::string, std::uint64_t> refs;
  for (const auto& [name, variable] : store.variables) {
    if (!variable.axis_dimension) continue;
    zarr::Shape grid = variable.metadata.grid_shape();
    grid[*variable.axis_dimension] = 1;
    refs[variable_path(group, name)] = checked_product(grid).value_or(UINT64_MAX);
  }
  return refs;
}

icechunk::ManifestSplitting declared_splitting(const std::map<std::string, std::uint64_t>& split) {
  icechunk::SplitRule rule;
  for (const auto& [dimension, chunks] : split) {
    icechunk::DimensionSplit part;
    part.kind = icechunk::DimensionSplit::Kind::dimension_name;
    part.regex = "^" + dimension + "$";
    part.chunk_count = static_cast<std::uint32_t>(std::min<std::uint64_t>(chunks, UINT32_MAX));
    rule.dimensions.push_back(std::move(part));
  }
  return icechunk::ManifestSplitting({std::move(rule)});
}

}  // namespace

Result<icechunk::RepositoryConfig> repository_config(const dataset::DatasetFile& file, const dataset::Template& store,
                                                     icechunk::RepositoryConfig present) {
  VDP_ASSIGN_IN("source.prefix", const auto container, source_container(file.source));
  if (container) VDP_TRY(present.set_virtual_chunk_container(*container));
  VDP_ASSIGN(const auto splitting, present.manifest_splitting());
  // The first rule that matches holds: those that name arrays go before those for any.
  const bool derived = file.manifest_split.empty();
  auto rules = derived ? icechunk::split_along(store.axis, refs_per_step(file.identity.group, store)).rules()
                       : declared_splitting(file.manifest_split).rules();
  rules.insert(derived ? rules.end() : rules.begin(), splitting.rules().begin(), splitting.rules().end());
  present.set_manifest_splitting(icechunk::ManifestSplitting(std::move(rules)));
  return present;
}

}  // namespace vdp
