// A set of chunk indices of one array, as one column of numbers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vdp::icechunk {

/// Indices are added in any order; sort() puts them into C order, each once.
class ChunkIndexSet {
 public:
  explicit ChunkIndexSet(std::size_t rank) : rank_(rank) {}

  std::size_t rank() const { return rank_; }
  std::size_t size() const { return size_; }
  std::span<const std::uint32_t> operator[](std::size_t row) const { return {numbers_.data() + row * rank_, rank_}; }

  /// `numbers`: `count` indices one after the other.
  void add(std::span<const std::uint32_t> numbers, std::size_t count);
  void sort();

 private:
  std::size_t rank_;
  std::size_t size_ = 0;
  std::vector<std::uint32_t> numbers_;
};

}  // namespace vdp::icechunk
