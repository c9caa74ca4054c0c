#include "icechunk/repo/manifest_writer.h"

#include <algorithm>
#include <limits>

#include "icechunk/repo/manifest_division.h"
#include "icechunk/repo/object_keys.h"

namespace vdp::icechunk {
namespace {

constexpr std::uint32_t unsplit = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t max_kept_tail_bytes = 1 << 20;
/// More new references than would be kept are not even copied.
constexpr std::uint64_t max_copied_refs = 25'000;

}  // namespace

std::vector<std::size_t> tails_to_merge(const std::vector<std::uint64_t>& kept_sizes, std::uint64_t size,
                                        bool cell_complete) {
  std::vector<std::size_t> by_size;
  for (std::size_t at = 0; at < kept_sizes.size(); ++at) {
    if (kept_sizes[at] <= max_refs_per_manifest / 2) by_size.push_back(at);
  }
  std::ranges::sort(by_size, {}, [&](std::size_t at) { return kept_sizes[at]; });
  std::size_t merged = 0;
  while (merged < by_size.size()) {
    const bool too_many = by_size.size() - merged + 1 > max_manifests_per_cell;
    const std::uint64_t next = kept_sizes[by_size[merged]];
    if (!cell_complete && !too_many && next > 2 * size) break;
    size += next;
    ++merged;
  }
  by_size.resize(merged);
  return by_size;
}

ManifestWriter::ManifestWriter(RepositoryState& repository, ObjectStage& objects, ManifestFiles files,
                               const NodeSnapshot& node, const RefTable* changes, std::vector<std::uint32_t> cell_shape)
    : repository_(repository),
      objects_(objects),
      files_(files),
      node_(node),
      changes_(changes),
      rank_(node.array->shape.size()),
      cell_shape_(std::move(cell_shape)),
      grid_(grid_of(node)),
      taken_(node.array->manifests.size(), false) {}

Result<WrittenManifests> ManifestWriter::write() {
  for (const ManifestRef& manifest : node_.array->manifests) VDP_TRY(check_extents(manifest, rank_));
  add_changes();
  VDP_TRY(take_touched());
  // What is taken makes a cell's bounds larger, and a larger cell may overlap one more manifest.
  for (bool more = true; more;) {
    VDP_ASSIGN(more, take_overlapped());
    if (more) continue;
    VDP_ASSIGN(more, take_tails());
  }

  WrittenManifests written;
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    if (!taken_[i]) written.refs.push_back(node_.array->manifests[i]);
  }
  for (const auto& [position, cell] : cells_) VDP_TRY(put(position, cell, written));
  std::ranges::sort(written.refs, begins_before);
  return written;
}

void ManifestWriter::add_changes() {
  if (changes_ == nullptr) return;
  Cell* cell = nullptr;
  ChunkBox box;  // of the cell: mostly the next change is in it, too
  for (std::size_t row = 0; row < changes_->size(); ++row) {
    const auto index = changes_->index(row);
    if (changes_->kind(row) == ChunkRefKind::missing || !grid_.contains(index)) continue;
    if (cell == nullptr || !box.contains(index)) {
      const GridIndex position = cell_of(index);
      cell = &cells_[position];
      box = box_of(position);
    }
    extend(cell->bounds, index);
    if (cell->changes.empty() || cell->changes.back().end != row) cell->changes.push_back({row, row});
    cell->changes.back().end = row + 1;
    ++cell->ref_count;
  }
}

Status ManifestWriter::take_touched() {
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    const ChunkBox extents = extents_box(node_.array->manifests[i]);
    if (intersection(extents, grid_) != extents || holds_change(extents)) VDP_TRY(take(i));
  }
  return {};
}

Result<bool> ManifestWriter::take_overlapped() {
  bool found = false;
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    if (taken_[i]) continue;
    const ChunkBox extents = extents_box(node_.array->manifests[i]);
    const auto overlaps = [&](const auto& entry) { return intersection(entry.second.bounds, extents).has_value(); };
    if (!std::ranges::any_of(cells_, overlaps)) continue;
    VDP_TRY(take(i));
    found = true;
  }
  return found;
}

Result<bool> ManifestWriter::take_tails() {
  std::map<GridIndex, std::vector<std::size_t>> kept_by_cell;
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    if (taken_[i]) continue;
    const auto cell = cell_of(extents_box(node_.array->manifests[i]));
    if (cell && cells_.contains(*cell)) kept_by_cell[*cell].push_back(i);
  }
  bool found = false;
  for (const auto& [position, kept] : kept_by_cell) {
    const Cell& cell = cells_.at(position);
    std::vector<std::uint64_t> sizes;
    for (std::size_t i : kept) sizes.push_back(ref_count(node_.array->manifests[i]));
    for (std::size_t at : tails_to_merge(sizes, cell.ref_count, is_complete(position, cell.bounds))) {
      VDP_TRY(take(kept[at]));
      found = true;
    }
  }
  return found;
}

/// Gives the manifest to the cell that it lies in.
Status ManifestWriter::take(std::size_t manifest) {
  taken_[manifest] = true;
  const ManifestRef& source = node_.array->manifests[manifest];
  const ChunkBox extents = extents_box(source);
  const auto position = cell_of(extents);
  if (!position) return take_spread(source);
  const auto inside = intersection(extents, grid_);
  if (!inside) return {};
  Cell& cell = cells_[*position];
  cell.sources.push_back(source);
  extend(cell.bounds, *inside);
  cell.ref_count += ref_count(source);
  return {};
}

/// The same where the manifest reaches over several cells: only its references tell which.
Status ManifestWriter::take_spread(const ManifestRef& manifest) {
  NodeSnapshot alone = node_;
  alone.array->manifests = {manifest};
  return ArrayRefs(repository_, files_, alone, nullptr).for_each(grid_, [&](const ChunkRefView& ref) {
    Cell& cell = cells_[cell_of(ref.index)];
    if (cell.sources.empty() || cell.sources.back() != manifest) cell.sources.push_back(manifest);
    extend(cell.bounds, ref.index);
    ++cell.ref_count;
  });
}

/// All references of a cell, in order.
Result<RefTable> ManifestWriter::merge(const GridIndex& position, const Cell& cell) {
  NodeSnapshot alone = node_;
  alone.array->manifests = cell.sources;
  RefTable merged(rank_);
  VDP_TRY(ArrayRefs(repository_, files_, alone, changes_).for_each(box_of(position), [&](const ChunkRefView& ref) {
    merged.append(ref);
  }));
  // Nobody but readers of old snapshots needs the sources again. One that is spread goes into more cells.
  for (const ManifestRef& source : cell.sources) {
    if (cell_of(extents_box(source))) repository_.forget_manifest(source.id);
  }
  return merged;
}

Status ManifestWriter::put(const GridIndex& position, const Cell& cell, WrittenManifests& written) {
  if (cell.sources.empty() && cell.ref_count > max_copied_refs) {
    VDP_TRY(put_rows(RefRows(*changes_, cell.changes), written));
    return {};
  }
  VDP_ASSIGN(RefTable merged, merge(position, cell));
  return merged.empty() ? Status() : put_merged(std::move(merged), written);
}

Status ManifestWriter::put_merged(RefTable refs, WrittenManifests& written) {
  VDP_ASSIGN(const ManifestId last, put_rows(RefRows(refs), written));
  // The next appends read a tail again and again, a large one hardly ever.
  if (refs.memory_bytes() > max_kept_tail_bytes) return {};
  Manifest manifest{last, {}};
  manifest.arrays.push_back({node_.id, std::move(refs)});
  repository_.keep_manifest(std::make_shared<const Manifest>(std::move(manifest)));
  return {};
}

/// As one manifest, or several where they are too many for one; the last one's id.
Result<ManifestId> ManifestWriter::put_rows(const RefRows& rows, WrittenManifests& written) {
  if (rows.size() > max_refs_per_manifest) {
    const auto [first, second] = halves(rows);
    VDP_TRY(put_rows(first, written));
    return put_rows(second, written);
  }
  const auto id = ManifestId::random(repository_.random());
  VDP_ASSIGN_IN(node_.path, Bytes object, encode_manifest(id, node_.id, rows));
  const std::uint64_t size = object.size();
  VDP_TRY(objects_.add(manifest_key(id), std::move(object)));
  written.refs.push_back({id, extents_of(bounds_of(rows))});
  written.files.push_back({id, size, static_cast<std::uint32_t>(rows.size()), std::nullopt});
  return id;
}

GridIndex ManifestWriter::cell_of(std::span<const std::uint32_t> index) const {
  GridIndex cell(rank_);
  for (std::size_t d = 0; d < rank_; ++d) cell[d] = index[d] / cell_shape_[d];
  return cell;
}

/// Nothing where the extents are empty or reach over several cells.
std::optional<GridIndex> ManifestWriter::cell_of(const ChunkBox& extents) const {
  GridIndex cell(rank_);
  for (std::size_t d = 0; d < rank_; ++d) {
    if (extents.end[d] <= extents.begin[d]) return std::nullopt;
    const std::uint64_t first = extents.begin[d] / cell_shape_[d];
    if (first != (extents.end[d] - 1) / cell_shape_[d]) return std::nullopt;
    cell[d] = static_cast<std::uint32_t>(first);
  }
  return cell;
}

/// What of the cell lies in the grid.
ChunkBox ManifestWriter::box_of(const GridIndex& cell) const {
  ChunkBox box = grid_;
  for (std::size_t d = 0; d < rank_; ++d) {
    box.begin[d] = std::uint64_t{cell[d]} * cell_shape_[d];
    box.end[d] = std::min(box.begin[d] + cell_shape_[d], grid_.end[d]);
  }
  return box;
}

/// Whether the last step of the cell is taken, along all dimensions that are split.
bool ManifestWriter::is_complete(const GridIndex& cell, const ChunkBox& bounds) const {
  bool split = false;
  for (std::size_t d = 0; d < rank_; ++d) {
    if (cell_shape_[d] == unsplit) continue;
    split = true;
    const std::uint64_t end = (std::uint64_t{cell[d]} + 1) * cell_shape_[d];
    if (bounds.end[d] != end) return false;
  }
  return split;
}

bool ManifestWriter::holds_change(const ChunkBox& extents) const {
  if (changes_ == nullptr) return false;
  GridIndex first;
  for (std::uint64_t begin : extents.begin) first.push_back(static_cast<std::uint32_t>(begin));
  for (std::size_t row = changes_->lower_bound(first); row < changes_->size(); ++row) {
    const auto index = changes_->index(row);
    if (!index.empty() && index[0] >= extents.end[0]) return false;
    if (extents.contains(index)) return true;
  }
  return false;
}

std::uint64_t ManifestWriter::ref_count(const ManifestRef& manifest) const {
  const ManifestFile* file = files_.find(manifest.id);
  return file == nullptr ? 0 : file->ref_count;
}

}  // namespace vdp::icechunk
