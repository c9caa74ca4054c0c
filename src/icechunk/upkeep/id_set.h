// A set of ids that only grows: millions of them at little more than their own bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace vdp::icechunk {

/// A sorted part, and a tail of what came since, which is merged in once it is as long as the sorted part: repeated ids
/// take no room for long, and adding costs a few comparisons on average.
template <typename IdType>
class IdSet {
 public:
  void add(const IdType& id) {
    ids_.push_back(id);
    if (ids_.size() - sorted_ >= std::max(sorted_, least_tail)) merge();
  }

  /// Not const: what is asked for is merged first. Ask many times between two additions.
  bool contains(const IdType& id) {
    merge();
    return std::ranges::binary_search(ids_, id);
  }

  std::size_t size() {
    merge();
    return ids_.size();
  }

 private:
  static constexpr std::size_t least_tail = 1024;

  void merge() {
    if (sorted_ == ids_.size()) return;
    const auto middle = ids_.begin() + static_cast<std::ptrdiff_t>(sorted_);
    std::sort(middle, ids_.end());
    std::inplace_merge(ids_.begin(), middle, ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
    sorted_ = ids_.size();
  }

  std::vector<IdType> ids_;
  std::size_t sorted_ = 0;  ///< so many from the first are in order, each once
};

}  // namespace vdp::icechunk
