// Some rows of a table of references, where they lie.
#pragma once

#include <cstddef>
#include <vector>

#include "icechunk/format/ref_table.h"

namespace vdp::icechunk {

struct RowRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Valid while the table is, and is not changed.
class RefRows {
 public:
  /// All of them.
  explicit RefRows(const RefTable& table) : RefRows(table, {{0, table.size()}}) {}
  /// `ranges` follow one another.
  RefRows(const RefTable& table, std::vector<RowRange> ranges) : table_(&table), ranges_(std::move(ranges)) {}

  const RefTable& table() const { return *table_; }
  const std::vector<RowRange>& ranges() const { return ranges_; }

  std::size_t size() const {
    std::size_t rows = 0;
    for (const RowRange& range : ranges_) rows += range.end - range.begin;
    return rows;
  }

  /// The row at a position among these.
  std::size_t at(std::size_t position) const;
  /// Those at the positions [begin, end).
  RefRows part(std::size_t begin, std::size_t end) const;

  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const RowRange& range : ranges_) {
      for (std::size_t row = range.begin; row < range.end; ++row) visit(row);
    }
  }

 private:
  const RefTable* table_;
  std::vector<RowRange> ranges_;
};

}  // namespace vdp::icechunk
