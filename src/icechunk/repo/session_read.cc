// Reading through a session.
#include <fmt/format.h>

#include <algorithm>

#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/session.h"
#include "icechunk/repo/session_state.h"

namespace vdp::icechunk {
namespace {

/// The part of `box` that lies inside the array's grid.
Result<ChunkBox> cut_to_grid(const NodeSnapshot& array, const ChunkBox& box) {
  const auto& shape = array.array->shape;
  if (box.begin.size() != shape.size() || box.end.size() != shape.size()) {
    return invalid(
        fmt::format("{}: found a box of {} dimensions, expected {}", array.path, box.begin.size(), shape.size()));
  }
  ChunkBox cut = box;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    cut.end[d] = std::min<std::uint64_t>(box.end[d], shape[d].chunk_count);
  }
  return cut;
}

}  // namespace

std::vector<NodeSummary> Session::nodes() const {
  std::vector<NodeSummary> summaries;
  for (const NodeSnapshot* node : all_nodes(*state_->base, state_->changes)) {
    summaries.push_back({node->path, node->array ? NodeKind::array : NodeKind::group, node->id});
  }
  return summaries;
}

std::optional<NodeKind> Session::kind(const std::string& path) const {
  const NodeSnapshot* node = find_node(*state_->base, state_->changes, path);
  if (node == nullptr) return std::nullopt;
  return node->array ? NodeKind::array : NodeKind::group;
}

Result<std::string> Session::zarr_json(const std::string& path) const {
  VDP_ASSIGN(const NodeSnapshot* node, state_->node(path));
  return node->zarr_json;
}

Result<zarr::ArrayMetadata> Session::array_metadata(const std::string& path) const {
  VDP_ASSIGN(const NodeSnapshot* node, state_->array(path));
  VDP_ASSIGN_IN(path, const Json document, parse_json(node->zarr_json));
  VDP_ASSIGN_IN(path, zarr::ArrayMetadata metadata, zarr::parse_array_metadata(document));
  return metadata;
}

Result<zarr::GriddedArray> Session::gridded_array(const std::string& path) const {
  VDP_ASSIGN(const NodeSnapshot* node, state_->array(path));
  VDP_ASSIGN_IN(path, const Json document, parse_json(node->zarr_json));
  VDP_ASSIGN_IN(path, zarr::GriddedArray array, zarr::parse_gridded_array(document));
  return array;
}

Result<Json> Session::attributes(const std::string& path) const {
  VDP_ASSIGN(const NodeSnapshot* node, state_->node(path));
  VDP_ASSIGN_IN(path, const Json document, parse_json(node->zarr_json));
  if (!document.is_object() || !document.contains("attributes")) return Json::object();
  return document.at("attributes");
}

Result<std::optional<ChunkRef>> Session::chunk_ref(const std::string& path, const zarr::Shape& index) const {
  VDP_ASSIGN(const NodeSnapshot* node, state_->array(path));
  VDP_ASSIGN(const GridIndex position, grid_index(*node, index));
  VDP_ASSIGN_IN(path, auto ref, state_->refs(*node).find(position));
  return ref;
}

Status Session::for_each_ref(const std::string& path, const ChunkBox& box,
                             const std::function<void(const ChunkRefView&)>& visit) const {
  VDP_ASSIGN(const NodeSnapshot* node, state_->array(path));
  VDP_ASSIGN(const ChunkBox inside, cut_to_grid(*node, box));
  const Status visited = state_->refs(*node).for_each(inside, visit);
  if (!visited) return std::unexpected(within(path, visited.error()));
  return {};
}

Result<std::optional<Bytes>> Session::read_chunk(const std::string& path, const zarr::Shape& index,
                                                 const VirtualChunkReader& read_virtual) const {
  VDP_ASSIGN(const std::optional<ChunkRef> ref, chunk_ref(path, index));
  if (!ref) return std::optional<Bytes>();
  if (const auto* inlined = std::get_if<InlineChunk>(&*ref)) return std::optional<Bytes>(inlined->bytes);
  if (const auto* native = std::get_if<NativeChunk>(&*ref)) {
    if (const Bytes* waiting = state_->objects.find(chunk_key(native->id))) return std::optional<Bytes>(*waiting);
    ObjectStore& store = state_->repository->store();
    VDP_ASSIGN_IN(path + ": " + store.url(), Bytes bytes,
                  store.get_range(chunk_key(native->id), {native->offset, native->length}));
    // A chunk has no checksum of its own: its size is all that can be held against what came.
    if (bytes.size() != native->length) {
      return corrupt(fmt::format("{}: {}{}: found {} bytes, expected {}", path, store.url(), chunk_key(native->id),
                                 bytes.size(), native->length));
    }
    return std::optional<Bytes>(std::move(bytes));
  }
  const auto& virtual_chunk = std::get<VirtualChunk>(*ref);
  if (!read_virtual) {
    return fail(ErrorKind::denied, fmt::format("{}: the chunk lies in {}, which this session was not given leave to "
                                               "read",
                                               path, virtual_chunk.location.url));
  }
  VDP_ASSIGN_IN(path, Bytes bytes, read_virtual(virtual_chunk));
  return std::optional<Bytes>(std::move(bytes));
}

}  // namespace vdp::icechunk
