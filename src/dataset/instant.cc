#include "dataset/instant.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/checked.h"

namespace vdp::dataset {
namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> duration_units = {{
    {"w", 604'800'000'000'000},
    {"d", 86'400'000'000'000},
    {"h", 3'600'000'000'000},
    {"m", 60'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"us", 1'000},
    {"ns", 1},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

std::string_view take_while(std::string_view& text, bool (*belongs)(char)) {
  const std::size_t end = static_cast<std::size_t>(std::ranges::find_if_not(text, belongs) - text.begin());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

std::optional<std::int64_t> parse_digits(std::string_view digits) {
  std::int64_t value = 0;
  for (char c : digits) {
    const auto shifted = checked_multiply<std::int64_t>(value, 10);
    if (!shifted) return std::nullopt;
    const auto sum = checked_add<std::int64_t>(*shifted, c - '0');
    if (!sum) return std::nullopt;
    value = *sum;
  }
  return value;
}

Failure bad_duration(std::string_view text, std::string_view why) {
  return invalid(
      fmt::format("'{}' is no duration: {}; expected whole numbers with w, d, h, m, s, ms, us or ns, like "
                  "'30m' or '1d6h'",
                  text, why));
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  std::string_view rest = text;
  std::int64_t total = 0;
  std::int64_t last_unit = INT64_MAX;
  if (rest.empty()) return bad_duration(text, "it is empty");
  while (!rest.empty()) {
    const std::string_view digits = take_while(rest, is_digit);
    if (digits.empty()) return bad_duration(text, fmt::format("found '{}' where a number must be", rest));
    take_while(rest, [](char c) { return c == ' '; });
    const std::string_view name = take_while(rest, is_letter);
    if (name.starts_with("mo") || name.starts_with("y"))
      return bad_duration(text, "months and years have no fixed length");
    const auto unit = std::ranges::find(duration_units, name, &std::pair<std::string_view, std::int64_t>::first);
    if (unit == duration_units.end()) return bad_duration(text, fmt::format("there is no unit '{}'", name));
    if (unit->second >= last_unit) return bad_duration(text, "the units must fall");
    last_unit = unit->second;
    const auto count = parse_digits(digits);
    const auto part = count ? checked_multiply<std::int64_t>(*count, unit->second) : std::nullopt;
    const auto sum = part ? checked_add<std::int64_t>(total, *part) : std::nullopt;
    if (!sum) return bad_duration(text, "it is longer than 292 years");
    total = *sum;
    take_while(rest, [](char c) { return c == ' '; });
  }
  return Duration(total);
}

std::string format_duration(Duration duration) {
  if (duration.count() == 0) return "0s";
  std::string text = duration.count() < 0 ? "-" : "";
  // The magnitude as unsigned, for the most negative count has no positive counterpart.
  std::uint64_t rest = duration.count() < 0 ? 0 - static_cast<std::uint64_t>(duration.count())
                                            : static_cast<std::uint64_t>(duration.count());
  for (const auto& [name, signed_unit] : duration_units) {
    const auto unit = static_cast<std::uint64_t>(signed_unit);
    if (rest >= unit && name != "w") text += fmt::format("{}{}", rest / unit, name);
    if (name != "w") rest %= unit;
  }
  return text;
}

std::string to_string(Int128 value) {
  if (value == 0) return "0";
  std::string text;
  const bool negative = value < 0;
  while (value != 0) {
    const int digit = static_cast<int>(value % 10);
    text += static_cast<char>('0' + (digit < 0 ? -digit : digit));
    value /= 10;
  }
  if (negative) text += '-';
  std::ranges::reverse(text);
  return text;
}

}  // namespace vdp::dataset
