#include "icechunk/repo/chunk_meaning.h"

#include "base/json.h"
#include "zarr/chunk_grid.h"

namespace vdp::icechunk {
namespace {

struct Described {
  zarr::ArrayGrid grid;
  Json chunks;  ///< what else it takes to decode a chunk, and to know what a missing one stands for
};

Result<Described> described(const std::string& zarr_json) {
  Described array;
  VDP_ASSIGN(array.chunks, parse_json(zarr_json));
  VDP_ASSIGN(array.grid, zarr::parse_array_grid(array.chunks));
  for (const char* key : {"attributes", "dimension_names", "shape", "chunk_grid"}) array.chunks.erase(key);
  return array;
}

}  // namespace

Result<bool> same_chunk_meaning(const std::string& former_zarr_json, const std::string& zarr_json) {
  VDP_ASSIGN(const Described former, described(former_zarr_json));
  VDP_ASSIGN(const Described next, described(zarr_json));
  return same_json(former.chunks, next.chunks) && next.grid.chunks.continues(former.grid.chunks);
}

}  // namespace vdp::icechunk
