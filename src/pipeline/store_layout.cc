#include "pipeline/store_layout.h"

#include <fmt/format.h>

#include <map>
#include <optional>

#include "base/checked.h"
#include "pipeline/provenance.h"
#include "pipeline/store_state.h"
#include "store/url.h"

namespace vdp {
namespace {

/// A text as a Python literal.
std::string python_text(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

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

/// None for sources in memory, which no other process can read.
Result<std::optional<icechunk::VirtualChunkContainer>> source_container(const std::string& prefix) {
  if (prefix.starts_with("memory://")) return std::nullopt;
  if (!prefix.starts_with("file://")) return unsupported(fmt::format("{}: only local files are implemented", prefix));
  VDP_ASSIGN(const std::string directory, path_of_file_url(prefix));
  return icechunk::local_container(directory);
}

}  // namespace

Result<icechunk::RepositoryConfig> repository_config(const dataset::DatasetFile& file, const dataset::Template& store,
                                                     icechunk::RepositoryConfig present) {
  VDP_ASSIGN_IN("source.prefix", const auto container, source_container(file.source.prefix));
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

std::string python_lines(const dataset::DatasetFile& file) {
  const auto container = source_container(file.source.prefix);
  const std::string authorized = container && *container ? (*container)->url_prefix : file.source.prefix;
  const auto path = path_of_file_url(file.store.url);
  const std::string storage =
      path ? fmt::format("icechunk.local_filesystem_storage({})", python_text(*path)) : python_text(file.store.url);
  const std::string group =
      file.identity.group == "/" ? "" : fmt::format(", group={}", python_text(file.identity.group.substr(1)));
  return fmt::format(
      "import icechunk\n"
      "import xarray as xr\n"
      "\n"
      "access = {{{}: icechunk.credentials.Credentials.LocalFileSystemAccess()}}\n"
      "repo = icechunk.Repository.open({}, authorize_virtual_chunk_access=access)\n"
      "ds = xr.open_zarr(repo.readonly_session({}).store, consolidated=False{})\n"
      "print(ds)\n",
      python_text(authorized), storage, python_text(file.store.branch), group);
}

}  // namespace vdp
