#include "icechunk/format/ref_table.h"

#include <algorithm>
#include <numeric>

namespace vdp::icechunk {
namespace {

template <typename T>
void permute(std::vector<T>& column, const std::vector<std::size_t>& order) {
  std::vector<T> ordered;
  ordered.reserve(order.size());
  for (std::size_t row : order) ordered.push_back(column[row]);
  column = std::move(ordered);
}

}  // namespace

bool index_less(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
  return std::ranges::lexicographical_compare(a, b);
}

void RefTable::reserve(std::size_t rows) {
  index_.reserve(rows * rank_);
  kind_.reserve(rows);
  target_.reserve(rows);
  offset_.reserve(rows);
  length_.reserve(rows);
}

void RefTable::append_row(std::span<const std::uint32_t> row_index, ChunkRefKind kind, std::uint32_t target,
                          std::uint64_t offset, std::uint64_t length) {
  if (sorted() && (empty() || index_less(index(size() - 1), row_index))) ++sorted_rows_;
  index_.insert(index_.end(), row_index.begin(), row_index.end());
  kind_.push_back(kind);
  target_.push_back(target);
  offset_.push_back(offset);
  length_.push_back(length);
}

void RefTable::append_inline(std::span<const std::uint32_t> row_index, ByteView bytes) {
  append_row(row_index, ChunkRefKind::inlined, 0, inlined_.size(), bytes.size());
  inlined_.insert(inlined_.end(), bytes.begin(), bytes.end());
}

void RefTable::append_native(std::span<const std::uint32_t> row_index, const ChunkId& id, std::uint64_t offset,
                             std::uint64_t length) {
  append_row(row_index, ChunkRefKind::native, static_cast<std::uint32_t>(chunk_ids_.size()), offset, length);
  chunk_ids_.push_back(id);
}

void RefTable::append_virtual(std::span<const std::uint32_t> row_index, std::uint32_t location, std::uint64_t offset,
                              std::uint64_t length) {
  append_row(row_index, ChunkRefKind::virtual_, location, offset, length);
}

void RefTable::append_missing(std::span<const std::uint32_t> row_index) {
  append_row(row_index, ChunkRefKind::missing, 0, 0, 0);
}

void RefTable::append(const ChunkRefView& row) {
  switch (row.kind) {
    case ChunkRefKind::inlined:
      return append_inline(row.index, row.bytes);
    case ChunkRefKind::native:
      return append_native(row.index, row.chunk_id, row.offset, row.length);
    case ChunkRefKind::virtual_:
      return append_virtual(row.index, add_location({row.url, row.etag, row.last_modified_s}), row.offset, row.length);
    case ChunkRefKind::missing:
      return append_missing(row.index);
  }
}

void RefTable::truncate(std::size_t rows) {
  index_.resize(rows * rank_);
  kind_.resize(rows);
  target_.resize(rows);
  offset_.resize(rows);
  length_.resize(rows);
  sorted_rows_ = std::min(sorted_rows_, rows);
}

std::vector<std::size_t> RefTable::sorted_order() const {
  std::vector<std::size_t> order(size());
  std::iota(order.begin(), order.end(), 0);
  const auto less = [&](std::size_t a, std::size_t b) { return index_less(index(a), index(b)); };
  // Reads and writes alternate: only what came since the last sort is sorted, and merged with the rest.
  const auto unsorted = order.begin() + static_cast<std::ptrdiff_t>(sorted_rows_);
  std::stable_sort(unsorted, order.end(), less);
  std::inplace_merge(order.begin(), unsorted, order.end(), less);
  // Of equal indices the last one appended comes last: keep it.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool superseded = i + 1 < order.size() && std::ranges::equal(index(order[i]), index(order[i + 1]));
    if (!superseded) order[kept++] = order[i];
  }
  order.resize(kept);
  return order;
}

void RefTable::sort() {
  if (sorted()) return;
  const std::vector<std::size_t> order = sorted_order();
  std::vector<std::uint32_t> ordered_index;
  ordered_index.reserve(order.size() * rank_);
  for (std::size_t row : order) {
    const auto row_index = index(row);
    ordered_index.insert(ordered_index.end(), row_index.begin(), row_index.end());
  }
  index_ = std::move(ordered_index);
  permute(kind_, order);
  permute(target_, order);
  permute(offset_, order);
  permute(length_, order);
  sorted_rows_ = size();
}

ChunkRefView RefTable::operator[](std::size_t row) const {
  ChunkRefView view;
  view.index = index(row);
  view.kind = kind_[row];
  view.length = length_[row];
  switch (view.kind) {
    case ChunkRefKind::inlined:
      view.bytes = inlined(row);
      break;
    case ChunkRefKind::native:
      view.chunk_id = chunk_id(row);
      view.offset = offset_[row];
      break;
    case ChunkRefKind::virtual_: {
      const LocationTable::View source = locations_[target_[row]];
      view.url = source.url;
      view.etag = source.etag;
      view.last_modified_s = source.last_modified_s;
      view.offset = offset_[row];
      break;
    }
    case ChunkRefKind::missing:
      break;
  }
  return view;
}

std::size_t RefTable::lower_bound(std::span<const std::uint32_t> wanted) const {
  std::size_t low = 0;
  std::size_t high = size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (index_less(index(middle), wanted)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::optional<std::size_t> RefTable::find(std::span<const std::uint32_t> wanted) const {
  const std::size_t row = lower_bound(wanted);
  if (row == size() || !std::ranges::equal(index(row), wanted)) return std::nullopt;
  return row;
}

std::uint64_t RefTable::memory_bytes() const {
  return index_.capacity() * sizeof(std::uint32_t) + kind_.capacity() + target_.capacity() * sizeof(std::uint32_t) +
         (offset_.capacity() + length_.capacity()) * sizeof(std::uint64_t) + locations_.memory_bytes() +
         chunk_ids_.capacity() * sizeof(ChunkId) + inlined_.capacity();
}

}  // namespace vdp::icechunk
