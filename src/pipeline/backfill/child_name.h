// The names of children: of which items, and of which attempt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vdp::backfill {

/// Items [begin, end) of a partition.
struct ItemRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  auto operator<=>(const ItemRange&) const = default;
};

/// "00010-00020.7ZK2...Q.child"; `attempt` is one word.
std::string child_name(ItemRange items, std::string_view attempt);
/// "00010-00020.", what all attempts at these items begin with.
std::string child_name_prefix(ItemRange items);
/// Nothing for a name that child_name does not make.
std::optional<ItemRange> items_of_child_name(std::string_view name);

}  // namespace vdp::backfill
