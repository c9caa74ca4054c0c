// What the zarr.json of a node makes of it in a repository.
#pragma once

#include <string>

#include "base/error.h"
#include "icechunk/format/snapshot.h"
#include "zarr/chunk_grid.h"

namespace vdp::icechunk {

/// The array's part of a node, without manifests. `limit` for more dimensions or chunks than a repository holds.
Result<ArrayNode> array_node(const std::string& path, const zarr::ArrayGrid& grid);

/// How the zarr.json cuts the array into chunks; all of it is checked. `invalid` where it is not one of a Zarr v3
/// array, or as zarr::parse_array_metadata.
Result<zarr::ArrayGrid> checked_array_grid(const std::string& path, const std::string& zarr_json);

/// `invalid` unless it is the zarr.json of a Zarr v3 group.
Status check_group_metadata(const std::string& path, const std::string& zarr_json);

}  // namespace vdp::icechunk
