#include "pipeline/backfill/child_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace vdp::backfill {
namespace {

constexpr std::string_view suffix = ".child";

std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

}  // namespace

std::string child_name_prefix(ItemRange items) { return fmt::format("{:05}-{:05}.", items.begin, items.end); }

std::string child_name(ItemRange items, std::string_view attempt) {
  return fmt::format("{}{}{}", child_name_prefix(items), attempt, suffix);
}

std::optional<ItemRange> items_of_child_name(std::string_view name) {
  std::string_view rest = name;
  const auto begin = take_number(rest);
  if (!begin || !rest.starts_with('-')) return std::nullopt;
  rest.remove_prefix(1);
  const auto end = take_number(rest);
  if (!end || !rest.starts_with('.') || !rest.ends_with(suffix) || *begin >= *end) return std::nullopt;
  const ItemRange items{*begin, *end};
  // One range has one name: no second way to write its numbers.
  if (!name.starts_with(child_name_prefix(items)) || rest.size() <= 1 + suffix.size()) return std::nullopt;
  return items;
}

}  // namespace vdp::backfill
