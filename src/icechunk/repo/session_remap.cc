// Moving chunks along an axis through a session.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "icechunk/repo/manifest_remap.h"
#include "icechunk/repo/session.h"
#include "icechunk/repo/session_state.h"

namespace vdp::icechunk {
namespace {

constexpr std::uint64_t max_chunk_count = std::numeric_limits<std::uint32_t>::max();

/// What the session wrote and deleted, at its new places.
RefTable moved_changes(const RefTable* changes, std::size_t rank, std::size_t axis, const AxisMap& map) {
  RefTable moved(rank);
  if (changes == nullptr) return moved;
  moved.reserve(changes->size());
  GridIndex index;
  for (std::size_t row = 0; row < changes->size(); ++row) {
    ChunkRefView ref = (*changes)[row];
    const auto to = map.find(ref.index[axis]);
    if (!to) continue;
    index.assign(ref.index.begin(), ref.index.end());
    index[axis] = *to;
    ref.index = index;
    moved.append(ref);
  }
  return moved;
}

/// The manifests that `node` has after the map. Nothing that the session sees is changed yet.
Result<RemappedManifests> remap(SessionState& session, const NodeSnapshot& node, std::size_t axis, const AxisMap& map) {
  VDP_ASSIGN(const ManifestSplitting splitting, session.config.manifest_splitting());
  VDP_ASSIGN(auto cell_shape, splitting.cell_shape(node.path, node.array->dimension_names, node.array->shape.size()));
  ManifestRemap remap(*session.repository, &session.objects, session.manifest_files(), node, axis, map,
                      std::move(cell_shape));
  VDP_ASSIGN_IN(node.path, RemappedManifests remapped, remap.write());
  // Reads from now on find them in the store.
  VDP_TRY(session.objects.put_all());
  return remapped;
}

void apply(SessionState& session, const NodeSnapshot& node, std::size_t axis, const AxisMap& map,
           RemappedManifests remapped) {
  const RefTable* changes = session.changes.chunks(node.id);
  const bool unchanged = remapped.changed.empty() && (changes == nullptr || changes->empty());
  if (unchanged) return;
  RefTable moved = moved_changes(changes, node.array->shape.size(), axis, map);
  session.changes.remap_array(RemapId::random(session.repository->random()), node, std::move(remapped.manifests.refs),
                              remapped.manifests.files, remapped.changed, std::move(moved));
}

/// `path` is an array of a regular grid that has the axis, and the session may write to it.
Result<const NodeSnapshot*> array_with_axis(const Session& session, const SessionState& state, const std::string& path,
                                            std::size_t axis) {
  VDP_TRY(state.check_writable());
  VDP_ASSIGN(const NodeSnapshot* node, state.array(path));
  VDP_ASSIGN(const zarr::ArrayMetadata metadata, session.array_metadata(path));
  if (axis >= node->array->shape.size() || metadata.rank() != node->array->shape.size()) {
    return invalid(fmt::format("{}: found axis {}, expected one of {} dimensions", path, axis, metadata.rank()));
  }
  return node;
}

Status remap_in_place(SessionState& session, const NodeSnapshot& node, std::size_t axis, const AxisMap& map) {
  VDP_ASSIGN(RemappedManifests remapped, remap(session, node, axis, map));
  apply(session, node, axis, map, std::move(remapped));
  return {};
}

ManifestTotals totals(const std::vector<ManifestRef>& manifests, const ManifestFiles& known,
                      const std::vector<ManifestFile>& further) {
  ManifestTotals totals;
  for (const ManifestRef& manifest : manifests) {
    const ManifestFile* file = known.find(manifest.id);
    const auto found = std::ranges::find(further, manifest.id, &ManifestFile::id);
    if (found != further.end()) file = &*found;
    if (file != nullptr) totals += {1, file->size_bytes, file->ref_count};
  }
  return totals;
}

}  // namespace

Result<ManifestRewrite> Session::rewrite_manifests(const std::string& path, const ManifestSplitting& splitting,
                                                   bool dry_run) {
  if (!dry_run) VDP_TRY(state_->check_writable());
  VDP_ASSIGN(const NodeSnapshot* node, state_->array(path));
  const std::vector<ManifestRef>& before = node->array->manifests;
  const ManifestFiles known = state_->manifest_files();
  ManifestRewrite rewrite;
  rewrite.before = rewrite.after = totals(before, known, {});
  const auto& shape = node->array->shape;
  if (shape.empty()) return rewrite;  // a scalar has one chunk
  VDP_ASSIGN(auto cells, splitting.cell_shape(path, node->array->dimension_names, shape.size()));
  const AxisMap in_place = AxisMap::shift(0, shape[0].chunk_count);
  ManifestRemap renewal(*state_->repository, dry_run ? nullptr : &state_->objects, known, *node, 0, in_place,
                        std::move(cells), Renewed::misfits);
  VDP_ASSIGN_IN(path, RemappedManifests renewed, renewal.write());
  const std::vector<ManifestFile>& files = renewed.manifests.files;
  rewrite.after = totals(renewed.manifests.refs, known, files);
  rewrite.rewritten = before.size() - (renewed.manifests.refs.size() - files.size());
  if (dry_run || rewrite.rewritten == 0) return rewrite;
  VDP_TRY(state_->objects.put_all());
  const RefTable* changes = state_->changes.chunks(node->id);
  const RefTable kept = changes == nullptr ? RefTable(shape.size()) : *changes;
  state_->changes.remap_array(RemapId::random(state_->repository->random()), *node, std::move(renewed.manifests.refs),
                              files, renewed.changed, kept);
  return rewrite;
}

Status Session::shift_chunks(const std::string& path, std::size_t axis, std::int64_t offset_chunks) {
  VDP_ASSIGN(const NodeSnapshot* node, array_with_axis(*this, *state_, path, axis));
  if (offset_chunks == 0) return {};
  return remap_in_place(*state_, *node, axis, AxisMap::shift(offset_chunks, node->array->shape[axis].chunk_count));
}

Status Session::reindex_chunks(const std::string& path, std::size_t axis, const std::vector<ChunkRun>& mapping) {
  VDP_ASSIGN(const NodeSnapshot* node, array_with_axis(*this, *state_, path, axis));
  const std::uint32_t chunk_count = node->array->shape[axis].chunk_count;
  VDP_ASSIGN_IN(path, const AxisMap map, AxisMap::of_runs(mapping, chunk_count, chunk_count));
  return remap_in_place(*state_, *node, axis, map);
}

Status Session::insert_chunks(const std::string& path, std::size_t axis, std::uint64_t at, std::uint64_t count) {
  VDP_ASSIGN(const NodeSnapshot* former, array_with_axis(*this, *state_, path, axis));
  if (count == 0) return {};
  VDP_ASSIGN(zarr::ArrayMetadata metadata, array_metadata(path));
  const DimensionExtent before = former->array->shape[axis];
  const std::uint64_t edge = metadata.chunk_shape[axis];
  // Behind a chunk that is not full there is no place: what it has beyond the array's end would become values.
  if (at > before.length / edge) {
    return invalid(fmt::format("{}: found a place before chunk {} of axis {}, expected one of the {} full chunks", path,
                               at, axis, before.length / edge));
  }
  const auto added = checked_multiply(count, edge);
  const auto length = added ? checked_add(before.length, *added) : std::nullopt;
  const auto chunk_count = checked_add<std::uint64_t>(before.chunk_count, count);
  if (!length || !chunk_count || *chunk_count > max_chunk_count) {
    return over_limit(
        fmt::format("{}: {} more chunks along axis {}, at most {} altogether", path, count, axis, max_chunk_count));
  }
  NodeSnapshot node = *former;
  node.array->shape[axis] = {*length, static_cast<std::uint32_t>(*chunk_count)};
  const AxisMap map =
      AxisMap::insertion(static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(count), before.chunk_count);
  VDP_ASSIGN(RemappedManifests remapped, remap(*state_, node, axis, map));
  metadata.shape[axis] = *length;
  VDP_TRY(set_array(path, metadata));
  apply(*state_, node, axis, map, std::move(remapped));
  return {};
}

}  // namespace vdp::icechunk
