#include "icechunk/repo/manifest_writer.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "icechunk/repo/immutable_put.h"
#include "icechunk/repo/object_keys.h"

namespace vdp::icechunk {
namespace {

constexpr std::uint32_t unsplit = std::numeric_limits<std::uint32_t>::max();

void extend(ChunkBox& box, std::span<const std::uint32_t> index) {
  if (box.begin.empty()) {
    box.begin.assign(index.begin(), index.end());
    box.end.assign(index.begin(), index.end());
  }
  for (std::size_t d = 0; d < index.size(); ++d) {
    box.begin[d] = std::min<std::uint64_t>(box.begin[d], index[d]);
    box.end[d] = std::max<std::uint64_t>(box.end[d], std::uint64_t{index[d]} + 1);
  }
}

bool overlap(const ChunkBox& a, const ChunkBox& b) {
  for (std::size_t d = 0; d < a.begin.size(); ++d) {
    if (a.end[d] <= b.begin[d] || b.end[d] <= a.begin[d]) return false;
  }
  return true;
}

std::vector<IndexRange> extents_of(const ChunkBox& box) {
  std::vector<IndexRange> extents;
  for (std::size_t d = 0; d < box.begin.size(); ++d) {
    extents.push_back({static_cast<std::uint32_t>(box.begin[d]), static_cast<std::uint32_t>(box.end[d])});
  }
  return extents;
}

bool begins_before(const ManifestRef& a, const ManifestRef& b) {
  return std::ranges::lexicographical_compare(a.extents, b.extents, {}, &IndexRange::from, &IndexRange::from);
}

}  // namespace

std::vector<std::size_t> tails_to_merge(const std::vector<std::uint64_t>& kept_sizes, std::uint64_t size,
                                        bool cell_complete) {
  std::vector<std::size_t> by_size(kept_sizes.size());
  std::iota(by_size.begin(), by_size.end(), 0);
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

ManifestWriter::ManifestWriter(RepositoryState& repository, const Snapshot& base, const NodeSnapshot& node,
                               const RefTable* changes, std::vector<std::uint32_t> cell_shape)
    : repository_(repository),
      base_(base),
      node_(node),
      changes_(changes),
      rank_(node.array->shape.size()),
      cell_shape_(std::move(cell_shape)),
      fates_(node.array->manifests.size(), Fate::kept),
      read_(node.array->manifests.size(), false) {}

Result<WrittenManifests> ManifestWriter::write() {
  for (const ManifestRef& manifest : node_.array->manifests) VDP_TRY(check_extents(manifest, rank_));
  add_changes();
  mark_touched();
  // What is read in makes a cell's bounds larger, and a larger cell may overlap one more manifest.
  std::size_t rewritten = 0;
  do {
    VDP_TRY(read_rewritten());
    rewritten = static_cast<std::size_t>(std::ranges::count(fates_, Fate::rewritten));
    mark_overlapped();
    if (static_cast<std::size_t>(std::ranges::count(fates_, Fate::rewritten)) == rewritten) mark_tails();
  } while (static_cast<std::size_t>(std::ranges::count(fates_, Fate::rewritten)) != rewritten);

  WrittenManifests written;
  for (std::size_t i = 0; i < fates_.size(); ++i) {
    if (fates_[i] == Fate::kept) written.refs.push_back(node_.array->manifests[i]);
  }
  VDP_TRY(put_cells(written));
  std::ranges::sort(written.refs, begins_before);
  return written;
}

void ManifestWriter::add_changes() {
  if (changes_ == nullptr) return;
  for (std::size_t row = 0; row < changes_->size(); ++row) {
    if (changes_->kind(row) != ChunkRefKind::missing && in_grid(changes_->index(row))) add((*changes_)[row]);
  }
}

void ManifestWriter::mark_touched() {
  for (std::size_t i = 0; i < fates_.size(); ++i) {
    const ChunkBox extents = extents_box(node_.array->manifests[i]);
    if (!in_grid(extents) || holds_change(extents)) fates_[i] = Fate::rewritten;
  }
}

Status ManifestWriter::read_rewritten() {
  for (std::size_t i = 0; i < fates_.size(); ++i) {
    if (fates_[i] == Fate::kept || read_[i]) continue;
    read_[i] = true;
    // Only the references inside the manifest's extents count: readers look no further.
    const ChunkBox extents = extents_box(node_.array->manifests[i]);
    NodeSnapshot alone = node_;
    alone.array->manifests = {node_.array->manifests[i]};
    VDP_TRY(ArrayRefs(repository_, base_, alone, nullptr).for_each(extents, [&](const ChunkRefView& ref) {
      const bool superseded = changes_ != nullptr && changes_->find(ref.index).has_value();
      if (!superseded && in_grid(ref.index)) add(ref);
    }));
  }
  return {};
}

void ManifestWriter::mark_overlapped() {
  for (std::size_t i = 0; i < fates_.size(); ++i) {
    if (fates_[i] == Fate::rewritten) continue;
    const ChunkBox extents = extents_box(node_.array->manifests[i]);
    const bool overlapped =
        std::ranges::any_of(cells_, [&](const auto& entry) { return overlap(entry.second.bounds, extents); });
    if (overlapped) fates_[i] = Fate::rewritten;
  }
}

void ManifestWriter::mark_tails() {
  std::map<GridIndex, std::vector<std::size_t>> kept_by_cell;
  for (std::size_t i = 0; i < fates_.size(); ++i) {
    if (fates_[i] == Fate::rewritten) continue;
    const auto cell = cell_of(extents_box(node_.array->manifests[i]));
    if (cell && cells_.contains(*cell)) kept_by_cell[*cell].push_back(i);
  }
  for (const auto& [position, kept] : kept_by_cell) {
    const Cell& cell = cells_.at(position);
    std::vector<std::uint64_t> sizes;
    for (std::size_t i : kept) sizes.push_back(ref_count(node_.array->manifests[i]));
    for (std::size_t at : tails_to_merge(sizes, cell.refs.size(), is_complete(position, cell.bounds))) {
      fates_[kept[at]] = Fate::rewritten;
    }
  }
}

void ManifestWriter::add(const ChunkRefView& ref) {
  Cell& cell = cells_.try_emplace(cell_of(ref.index), rank_).first->second;
  cell.refs.append(ref);
  extend(cell.bounds, ref.index);
}

Status ManifestWriter::put_cells(WrittenManifests& written) {
  for (auto& [position, cell] : cells_) {
    cell.refs.sort();
    const auto id = ManifestId::random(repository_.random());
    VDP_ASSIGN_IN(node_.path, const Bytes object, encode_manifest(id, node_.id, cell.refs));
    VDP_TRY(put_immutable(repository_, manifest_key(id), object));
    written.refs.push_back({id, extents_of(cell.bounds)});
    written.files.push_back({id, object.size(), static_cast<std::uint32_t>(cell.refs.size()), std::nullopt});
    // The next append reads it again.
    Manifest manifest{id, {}};
    manifest.arrays.push_back({node_.id, std::move(cell.refs)});
    repository_.keep_manifest(std::make_shared<const Manifest>(std::move(manifest)));
  }
  return {};
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

bool ManifestWriter::in_grid(std::span<const std::uint32_t> index) const {
  for (std::size_t d = 0; d < rank_; ++d) {
    if (index[d] >= node_.array->shape[d].chunk_count) return false;
  }
  return true;
}

bool ManifestWriter::in_grid(const ChunkBox& extents) const {
  for (std::size_t d = 0; d < rank_; ++d) {
    if (extents.end[d] > node_.array->shape[d].chunk_count) return false;
  }
  return true;
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
  const ManifestFile* file = base_.find_manifest(manifest.id);
  return file == nullptr ? 0 : file->ref_count;
}

}  // namespace vdp::icechunk
