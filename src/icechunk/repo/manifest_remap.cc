#include "icechunk/repo/manifest_remap.h"

#include <algorithm>

#include "icechunk/repo/object_keys.h"

namespace vdp::icechunk {
namespace {

/// Of a manifest that reaches over more cells its references tell in which it has any.
constexpr std::uint64_t max_cells_by_extents = 1024;

/// So many cells at most, or nothing where there are more than anyone wants to count.
std::optional<std::uint64_t> cell_count(const ChunkBox& box, const std::vector<std::uint32_t>& cell_shape) {
  std::uint64_t count = 1;
  for (std::size_t d = 0; d < cell_shape.size(); ++d) {
    count *= (box.end[d] - 1) / cell_shape[d] - box.begin[d] / cell_shape[d] + 1;
    if (count > max_cells_by_extents) return std::nullopt;
  }
  return count;
}

/// The next cell in C order between those of the box's corners; false after the last one.
bool advance(GridIndex& cell, const GridIndex& first, const GridIndex& last) {
  for (std::size_t d = cell.size(); d-- > 0;) {
    if (cell[d] < last[d]) {
      ++cell[d];
      return true;
    }
    cell[d] = first[d];
  }
  return false;
}

}  // namespace

ManifestRemap::ManifestRemap(RepositoryState& repository, ObjectStage* objects, ManifestFiles files,
                             const NodeSnapshot& node, std::size_t axis, const AxisMap& map,
                             std::vector<std::uint32_t> cell_shape, Renewed renewed)
    : repository_(repository),
      objects_(objects),
      files_(files),
      node_(node),
      axis_(axis),
      map_(map),
      cell_shape_(std::move(cell_shape)),
      renewed_(renewed),
      grid_(grid_of(node)),
      taken_(node.array->manifests.size(), false),
      result_{{}, RefTable(node.array->shape.size())} {}

Result<RemappedManifests> ManifestRemap::write() {
  for (const ManifestRef& manifest : node_.array->manifests) VDP_TRY(check_extents(manifest, grid_.begin.size()));
  VDP_TRY(take_moving());
  if (renewed_ == Renewed::misfits) VDP_TRY(take_misfits());
  VDP_TRY(take_overlapped());
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    if (!taken_[i]) result_.manifests.refs.push_back(node_.array->manifests[i]);
  }
  for (const auto& [position, cell] : cells_) VDP_TRY(put(position, cell));
  std::ranges::sort(result_.manifests.refs, begins_before);
  return std::move(result_);
}

Status ManifestRemap::take_moving() {
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    if (!map_.keeps(node_.array->manifests[i].extents[axis_])) VDP_TRY(take(i));
  }
  return {};
}

Status ManifestRemap::take_misfits() {
  std::map<GridIndex, std::vector<std::size_t>> inside;  // of each cell, the manifests that lie in no other
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    if (taken_[i]) continue;
    const auto box = intersection(old_box(i), grid_);
    const bool fits = box && *box == old_box(i) && cell_count(*box, cell_shape_) == 1;
    if (fits) {
      inside[cell_of(GridIndex(box->begin.begin(), box->begin.end()))].push_back(i);
    } else {
      VDP_TRY(take(i));
    }
  }
  for (const auto& [position, manifests] : inside) {
    const bool alone = manifests.size() == 1 && !cells_.contains(position);
    for (const std::size_t i : manifests) {
      if (!alone) VDP_TRY(take(i));
    }
  }
  return {};
}

/// Extents must not overlap, and a new manifest's may span over one that would have stayed.
Status ManifestRemap::take_overlapped() {
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      if (taken_[i]) continue;
      const ChunkBox box = old_box(i);
      const auto overlaps = [&](const auto& entry) { return intersection(entry.second.bounds, box).has_value(); };
      if (!std::ranges::any_of(cells_, overlaps)) continue;
      VDP_TRY(take(i));
      more = true;
    }
  }
  return {};
}

Status ManifestRemap::take(std::size_t manifest) {
  taken_[manifest] = true;
  const IndexRange& range = node_.array->manifests[manifest].extents[axis_];
  if (map_.drops_from(range)) VDP_TRY(note_dropped(manifest));
  const auto image = map_.image(range);
  if (!image) return {};
  ChunkBox box = old_box(manifest);
  box.begin[axis_] = image->from;
  box.end[axis_] = image->to;
  const auto inside = intersection(box, grid_);
  if (!inside) return {};
  if (!cell_count(*inside, cell_shape_)) return take_spread(manifest);
  give(manifest, *inside);
  return {};
}

void ManifestRemap::give(std::size_t manifest, const ChunkBox& box) {
  GridIndex first;
  GridIndex last;
  for (std::size_t d = 0; d < cell_shape_.size(); ++d) {
    first.push_back(static_cast<std::uint32_t>(box.begin[d] / cell_shape_[d]));
    last.push_back(static_cast<std::uint32_t>((box.end[d] - 1) / cell_shape_[d]));
  }
  GridIndex position = first;
  do {
    Cell& cell = cells_[position];
    cell.sources.push_back(manifest);
    extend(cell.bounds, *intersection(box, box_of(position)));
  } while (advance(position, first, last));
}

Status ManifestRemap::take_spread(std::size_t manifest) {
  return for_each_of(manifest, old_box(manifest), [&](const ChunkRefView&, const GridIndex& index) {
    Cell& cell = cells_[cell_of(index)];
    if (cell.sources.empty() || cell.sources.back() != manifest) cell.sources.push_back(manifest);
    extend(cell.bounds, index);
  });
}

Status ManifestRemap::note_dropped(std::size_t manifest) {
  NodeSnapshot alone = node_;
  alone.array->manifests = {node_.array->manifests[manifest]};
  return ArrayRefs(repository_, files_, alone, nullptr).for_each(old_box(manifest), [&](const ChunkRefView& ref) {
    if (!map_.find(ref.index[axis_])) result_.changed.append_missing(ref.index);
  });
}

/// The references of a cell at their new places, in order, with their exact bounds.
Result<RefTable> ManifestRemap::merge(const GridIndex& position, const Cell& cell, ChunkBox& bounds) {
  const ChunkBox inside = box_of(position);
  const auto from = map_.preimage({static_cast<std::uint32_t>(inside.begin[axis_]),  // a half-open range of indices
                                   static_cast<std::uint32_t>(inside.end[axis_])});
  RefTable refs(cell_shape_.size());
  if (!from) return refs;
  for (const std::size_t manifest : cell.sources) {
    ChunkBox source = inside;
    source.begin[axis_] = from->from;
    source.end[axis_] = from->to;
    const auto box = intersection(source, old_box(manifest));
    if (!box) continue;
    VDP_TRY(for_each_of(manifest, *box, [&](const ChunkRefView& ref, const GridIndex& index) {
      if (!inside.contains(index)) return;
      ChunkRefView moved = ref;
      moved.index = index;
      refs.append(moved);
      extend(bounds, index);
      if (index[axis_] == ref.index[axis_]) return;
      result_.changed.append_missing(ref.index);
      result_.changed.append_missing(index);
    }));
  }
  refs.sort();
  return refs;
}

Status ManifestRemap::put(const GridIndex& position, const Cell& cell) {
  ChunkBox bounds;
  VDP_ASSIGN(RefTable refs, merge(position, cell, bounds));
  if (refs.empty()) return {};
  const auto id = ManifestId::random(repository_.random());
  VDP_ASSIGN_IN(node_.path, Bytes object, encode_manifest(id, node_.id, refs));
  result_.manifests.files.push_back({id, object.size(), static_cast<std::uint32_t>(refs.size()), std::nullopt});
  result_.manifests.refs.push_back({id, extents_of(bounds)});
  return objects_ == nullptr ? Status() : objects_->add(manifest_key(id), std::move(object));
}

ChunkBox ManifestRemap::old_box(std::size_t manifest) const { return extents_box(node_.array->manifests[manifest]); }

/// Shows the references of one manifest in a box that do not go, each with its new index.
Status ManifestRemap::for_each_of(std::size_t manifest, const ChunkBox& box,
                                  const std::function<void(const ChunkRefView&, const GridIndex&)>& visit) const {
  NodeSnapshot alone = node_;
  alone.array->manifests = {node_.array->manifests[manifest]};
  GridIndex index;
  return ArrayRefs(repository_, files_, alone, nullptr).for_each(box, [&](const ChunkRefView& ref) {
    const auto moved = map_.find(ref.index[axis_]);
    if (!moved) return;
    index.assign(ref.index.begin(), ref.index.end());
    index[axis_] = *moved;
    if (grid_.contains(index)) visit(ref, index);
  });
}

GridIndex ManifestRemap::cell_of(std::span<const std::uint32_t> index) const {
  GridIndex cell(index.begin(), index.end());
  for (std::size_t d = 0; d < cell.size(); ++d) cell[d] /= cell_shape_[d];
  return cell;
}

/// What of the cell lies in the grid.
ChunkBox ManifestRemap::box_of(const GridIndex& cell) const {
  ChunkBox box = grid_;
  for (std::size_t d = 0; d < cell.size(); ++d) {
    box.begin[d] = std::uint64_t{cell[d]} * cell_shape_[d];
    box.end[d] = std::min(box.begin[d] + cell_shape_[d], grid_.end[d]);
  }
  return box;
}

}  // namespace vdp::icechunk
