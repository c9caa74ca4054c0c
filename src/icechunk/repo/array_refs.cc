#include "icechunk/repo/array_refs.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace vdp::icechunk {
namespace {

bool intersects(const ChunkBox& a, const ChunkBox& b) {
  for (std::size_t d = 0; d < a.begin.size(); ++d) {
    if (a.end[d] <= b.begin[d] || b.end[d] <= a.begin[d]) return false;
  }
  return true;
}

GridIndex lowest_index(const ChunkBox& box) {
  GridIndex index;
  for (std::uint64_t begin : box.begin) {
    index.push_back(
        static_cast<std::uint32_t>(std::min<std::uint64_t>(begin, std::numeric_limits<std::uint32_t>::max())));
  }
  return index;
}

}  // namespace

ChunkBox extents_box(const ManifestRef& manifest) {
  ChunkBox box;
  for (const IndexRange& range : manifest.extents) {
    box.begin.push_back(range.from);
    box.end.push_back(range.to);
  }
  return box;
}

Status check_extents(const ManifestRef& manifest, std::size_t rank) {
  if (manifest.extents.size() == rank) return {};
  return corrupt(fmt::format("manifest {}: found extents of {} dimensions, expected {}", manifest.id.text(),
                             manifest.extents.size(), rank));
}

Result<std::shared_ptr<const Manifest>> ArrayRefs::load(const ManifestRef& manifest) const {
  const ManifestFile* file = base_.find_manifest(manifest.id);
  if (file == nullptr) return corrupt(fmt::format("manifest {} has no entry in the snapshot", manifest.id.text()));
  VDP_ASSIGN(auto loaded, repository_.load_manifest(*file));
  const RefTable* refs = loaded->find(node_.id);
  const std::size_t rank = node_.array->shape.size();
  if (refs != nullptr && !refs->empty() && refs->rank() != rank) {
    return corrupt(fmt::format("manifest {}: found indices of rank {} for {}, expected {}", manifest.id.text(),
                               refs->rank(), node_.path, rank));
  }
  return loaded;
}

Result<std::optional<ChunkRef>> ArrayRefs::find(const GridIndex& index) const {
  if (changes_ != nullptr) {
    if (const auto row = changes_->find(index)) {
      const ChunkRefView view = (*changes_)[*row];
      if (view.kind == ChunkRefKind::missing) return std::optional<ChunkRef>();
      return std::optional<ChunkRef>(to_chunk_ref(view));
    }
  }
  for (const ManifestRef& manifest : node_.array->manifests) {
    VDP_TRY(check_extents(manifest, index.size()));
    if (!extents_box(manifest).contains(index)) continue;
    VDP_ASSIGN(const auto loaded, load(manifest));
    const RefTable* refs = loaded->find(node_.id);
    if (refs == nullptr) continue;
    if (const auto row = refs->find(index)) return std::optional<ChunkRef>(to_chunk_ref((*refs)[*row]));
  }
  return std::optional<ChunkRef>();
}

void ArrayRefs::collect(const RefTable& table, const ChunkBox& box, std::vector<Row>& rows) const {
  for (std::size_t row = table.lower_bound(lowest_index(box)); row < table.size(); ++row) {
    const auto index = table.index(row);
    // Sorted: beyond the box's last index along the first dimension nothing more follows.
    if (!index.empty() && index[0] >= box.end[0]) break;
    if (box.contains(index)) rows.push_back({&table, row});
  }
}

Status ArrayRefs::for_each(const ChunkBox& box, const std::function<void(const ChunkRefView&)>& visit) const {
  const std::size_t rank = node_.array->shape.size();
  std::vector<std::shared_ptr<const Manifest>> loaded;  // keeps the rows alive
  std::vector<Row> rows;
  if (changes_ != nullptr) collect(*changes_, box, rows);
  for (const ManifestRef& manifest : node_.array->manifests) {
    VDP_TRY(check_extents(manifest, rank));
    if (!intersects(extents_box(manifest), box)) continue;
    VDP_ASSIGN(auto one, load(manifest));
    if (const RefTable* refs = one->find(node_.id)) collect(*refs, box, rows);
    loaded.push_back(std::move(one));
  }
  const auto index_of = [](const Row& row) { return row.table->index(row.row); };
  const auto less = [&](const Row& a, const Row& b) { return index_less(index_of(a), index_of(b)); };
  // Stable: of rows with one index the change comes first, then the first manifest's.
  if (!std::ranges::is_sorted(rows, less)) std::ranges::stable_sort(rows, less);
  const Row* previous = nullptr;
  for (const Row& row : rows) {
    const bool hidden = previous != nullptr && std::ranges::equal(index_of(*previous), index_of(row));
    previous = &row;
    if (hidden || row.table->kind(row.row) == ChunkRefKind::missing) continue;
    visit((*row.table)[row.row]);
  }
  return {};
}

}  // namespace vdp::icechunk
