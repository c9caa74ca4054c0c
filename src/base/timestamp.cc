#include "base/timestamp.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace vdp {
namespace {

/// Takes exactly `count` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  const std::string_view digits = text.substr(0, count);
  if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  int number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

/// Services tell whole seconds; where one writes a fraction it is read over.
bool take_fraction(std::string_view& text) {
  if (!take(text, '.')) return true;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(digits);
  return digits > 0;
}

}  // namespace

std::optional<TimestampUs> parse_timestamp(std::string_view text) {
  using namespace std::chrono;
  const auto y = take_digits(text, 4);
  if (!y || !take(text, '-')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || !take(text, '-')) return std::nullopt;
  const auto d = take_digits(text, 2);
  if (!d || !(take(text, 'T') || take(text, ' '))) return std::nullopt;
  const auto h = take_digits(text, 2);
  if (!h || !take(text, ':')) return std::nullopt;
  const auto min = take_digits(text, 2);
  if (!min || !take(text, ':')) return std::nullopt;
  const auto s = take_digits(text, 2);
  if (!s || !take_fraction(text)) return std::nullopt;
  if (text != "Z" && text != "+00:00") return std::nullopt;
  const year_month_day date(year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d)));
  if (!date.ok() || *h > 23 || *min > 59 || *s > 60) return std::nullopt;
  const auto instant = sys_days(date) + hours(*h) + minutes(*min) + seconds(*s);
  return duration_cast<microseconds>(instant.time_since_epoch()).count();
}

}  // namespace vdp
