#include "icechunk/repo/chunk_index_set.h"

#include <algorithm>
#include <numeric>

#include "icechunk/format/ref_table.h"

namespace vdp::icechunk {

void ChunkIndexSet::add(std::span<const std::uint32_t> numbers, std::size_t count) {
  numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
  size_ += count;
}

void ChunkIndexSet::sort() {
  std::vector<std::size_t> order(size_);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto precedes = [&](std::size_t a, std::size_t b) { return index_less((*this)[a], (*this)[b]); };
  const auto same = [&](std::size_t a, std::size_t b) { return std::ranges::equal((*this)[a], (*this)[b]); };
  if (!std::ranges::is_sorted(order, precedes)) std::ranges::sort(order, precedes);
  const auto twice = std::ranges::unique(order, same);
  order.erase(twice.begin(), twice.end());
  std::vector<std::uint32_t> sorted;
  sorted.reserve(order.size() * rank_);
  for (const std::size_t row : order) sorted.insert(sorted.end(), (*this)[row].begin(), (*this)[row].end());
  numbers_ = std::move(sorted);
  size_ = order.size();
}

}  // namespace vdp::icechunk
