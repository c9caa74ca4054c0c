#include "icechunk/repo/node_metadata.h"

#include <fmt/format.h>

#include <limits>

namespace vdp::icechunk {
namespace {

constexpr std::size_t max_rank = 64;

Result<Json> parse_metadata(const std::string& path, const std::string& zarr_json, std::string_view node_type) {
  VDP_ASSIGN_IN(path, Json document, parse_json(zarr_json));
  const bool fits = document.is_object() && document.value("zarr_format", Json()) == 3 &&
                    document.value("node_type", Json()) == node_type;
  if (!fits) return invalid(fmt::format("{}: expected the zarr.json of a Zarr v3 {}", path, node_type));
  return document;
}

}  // namespace

Result<ArrayNode> array_node(const std::string& path, const zarr::ArrayGrid& grid) {
  if (grid.rank() > max_rank) {
    return over_limit(fmt::format("{}: rank {}, at most {}", path, grid.rank(), max_rank));
  }
  ArrayNode node;
  const zarr::Shape counts = grid.chunks.grid_shape(grid.shape);
  for (std::size_t d = 0; d < grid.rank(); ++d) {
    if (counts[d] > std::numeric_limits<std::uint32_t>::max()) {
      return over_limit(fmt::format("{}: {} chunks along dimension {}, at most 2^32 - 1", path, counts[d], d));
    }
    node.shape.push_back({grid.shape[d], static_cast<std::uint32_t>(counts[d])});
  }
  for (const auto& name : grid.dimension_names) {
    // Official readers take an empty name for none.
    node.dimension_names.push_back(name && name->empty() ? std::nullopt : name);
  }
  return node;
}

Result<zarr::ArrayGrid> checked_array_grid(const std::string& path, const std::string& zarr_json) {
  VDP_ASSIGN(const Json document, parse_metadata(path, zarr_json, "array"));
  VDP_ASSIGN_IN(path, zarr::ArrayGrid grid, zarr::parse_array_grid(document));
  // Data type, fill value and codecs: those of any chunk are the array's.
  VDP_ASSIGN_IN(path, [[maybe_unused]] const auto chunk,
                zarr::parse_chunk_as_array(document, zarr::Shape(grid.rank())));
  return grid;
}

Status check_group_metadata(const std::string& path, const std::string& zarr_json) {
  VDP_TRY(parse_metadata(path, zarr_json, "group"));
  return {};
}

}  // namespace vdp::icechunk
