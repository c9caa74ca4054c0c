#include "icechunk/repo/array_refs.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace vdp::icechunk {
namespace {

GridIndex lowest_index(const ChunkBox& box) {
  GridIndex index;
  for (std::uint64_t begin : box.begin) {
    index.push_back(
        static_cast<std::uint32_t>(std::min<std::uint64_t>(begin, std::numeric_limits<std::uint32_t>::max())));
  }
  return index;
}

bool same_index(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) { return std::ranges::equal(a, b); }

/// The rows of a sorted table that lie in a box, one after the other.
class RowsInBox {
 public:
  RowsInBox(const RefTable& table, const ChunkBox& box)
      : table_(table), box_(box), row_(table.lower_bound(lowest_index(box))) {
    skip_outside();
  }

  bool done() const { return row_ == table_.size(); }
  std::size_t row() const { return row_; }
  std::span<const std::uint32_t> index() const { return table_.index(row_); }
  void next() {
    ++row_;
    skip_outside();
  }

 private:
  void skip_outside() {
    while (!done() && !box_.contains(index())) {
      // Sorted: beyond the box's last index along the first dimension nothing more follows.
      const bool beyond = index()[0] >= box_.end[0];
      row_ = beyond ? table_.size() : row_ + 1;
    }
  }

  const RefTable& table_;
  const ChunkBox& box_;
  std::size_t row_;
};

/// Shows references with a session's changes laid over them: both come in C order, and where both have an index the
/// change holds.
class Overlay {
 public:
  using Visit = std::function<void(const ChunkRefView&)>;

  Overlay(const RefTable* changes, const ChunkBox& box, const Visit& visit)
      : changes_(changes == nullptr ? no_changes() : *changes), visit_(visit), pending_(changes_, box) {}

  void show(const RefTable& table, std::size_t row) {
    show_changes_before(table.index(row));
    const bool changed = has_change() && same_index(pending_.index(), table.index(row));
    if (!changed) visit_(table[row]);
  }

  void finish() {
    while (has_change()) show_change();
  }

 private:
  static const RefTable& no_changes() {
    static const RefTable none(0);
    return none;
  }

  bool has_change() const { return !pending_.done(); }

  void show_changes_before(std::span<const std::uint32_t> index) {
    while (has_change() && index_less(pending_.index(), index)) show_change();
  }

  void show_change() {
    if (changes_.kind(pending_.row()) != ChunkRefKind::missing) visit_(changes_[pending_.row()]);
    pending_.next();
  }

  const RefTable& changes_;
  const Visit& visit_;
  RowsInBox pending_;
};

/// Several tables whose rows lie between one another's. Of rows with one index the first table's is shown.
struct TableInBox {
  const RefTable* table;
  const ChunkBox* box;
};
void show_interleaved(const std::vector<TableInBox>& tables, Overlay& overlay) {
  struct Row {
    const RefTable* table;
    std::size_t row;
    std::span<const std::uint32_t> index() const { return table->index(row); }
  };
  std::vector<Row> rows;
  for (const auto& [table, box] : tables) {
    for (RowsInBox inside(*table, *box); !inside.done(); inside.next()) rows.push_back({table, inside.row()});
  }
  std::ranges::stable_sort(rows, index_less, &Row::index);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool hidden = i > 0 && same_index(rows[i - 1].index(), rows[i].index());
    if (!hidden) overlay.show(*rows[i].table, rows[i].row);
  }
}

}  // namespace

const ManifestFile* ManifestFiles::find(const ManifestId& id) const {
  if (own_ != nullptr) {
    if (const auto found = own_->find(id); found != own_->end()) return &found->second;
  }
  return base_->find_manifest(id);
}

Result<std::shared_ptr<const Manifest>> ArrayRefs::load(const ManifestRef& manifest) const {
  const ManifestFile* file = files_.find(manifest.id);
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

/// Of all manifests that reach into the box, by where they begin in it.
Result<std::vector<ArrayRefs::Part>> ArrayRefs::parts_in(const ChunkBox& box) const {
  std::vector<Part> parts;
  for (const ManifestRef& manifest : node_.array->manifests) {
    VDP_TRY(check_extents(manifest, node_.array->shape.size()));
    // References outside a manifest's extents do not count: no reader looks for them there.
    if (auto inside = intersection(extents_box(manifest), box)) parts.push_back({&manifest, std::move(*inside)});
  }
  std::ranges::stable_sort(parts, {}, [](const Part& part) -> const zarr::Shape& { return part.box.begin; });
  return parts;
}

Status ArrayRefs::for_each(const ChunkBox& box, const std::function<void(const ChunkRefView&)>& visit) const {
  VDP_ASSIGN(const std::vector<Part> parts, parts_in(box));
  Overlay overlay(changes_, box, visit);
  for (std::size_t first = 0, end = 0; first < parts.size(); first = end) {
    // Together: all that lie between one another in C order. Mostly that is one.
    std::size_t furthest = first;
    for (end = first + 1; end < parts.size() && !precedes(parts[furthest].box, parts[end].box); ++end) {
      if (parts[furthest].box.end < parts[end].box.end) furthest = end;
    }
    std::vector<std::shared_ptr<const Manifest>> loaded;  // keeps the tables alive
    std::vector<TableInBox> tables;
    for (std::size_t i = first; i < end; ++i) {
      VDP_ASSIGN(auto one, load(*parts[i].manifest));
      if (const RefTable* refs = one->find(node_.id)) tables.push_back({refs, &parts[i].box});
      loaded.push_back(std::move(one));
    }
    if (tables.size() == 1) {
      for (RowsInBox rows(*tables[0].table, *tables[0].box); !rows.done(); rows.next()) {
        overlay.show(*tables[0].table, rows.row());
      }
    } else {
      show_interleaved(tables, overlay);
    }
  }
  overlay.finish();
  return {};
}

}  // namespace vdp::icechunk
