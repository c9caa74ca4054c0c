#include "queue/receipt.h"

#include <fmt/format.h>

#include <charconv>

namespace vdp {
namespace {

/// A number from 1 that is all of `text`.
std::optional<std::int64_t> parse_count(std::string_view text) {
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || stop != end || count < 1) return std::nullopt;
  return count;
}

}  // namespace

std::string Receipt::text() const { return fmt::format("{}-{}", number, delivery); }

std::optional<Receipt> parse_receipt(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto number = parse_count(text.substr(0, dash));
  const auto delivery = parse_count(text.substr(dash + 1));
  if (!number || !delivery) return std::nullopt;
  return Receipt{*number, *delivery};
}

Failure no_delivery(std::string_view receipt) {
  return not_found(fmt::format("receipt '{}': the message is gone, or was delivered again", receipt));
}

}  // namespace vdp
