#include "apps/settings/check_value.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <array>
#include <charconv>

#include "apps/settings/membership.h"

namespace vdp::settings {
namespace {

constexpr std::size_t maximum_shown_bytes = 200;
constexpr std::size_t maximum_digits = 15;
constexpr std::array<std::string_view, 6> words_of_truth = {"true", "1", "yes", "on", "y", "t"};
constexpr std::array<std::string_view, 6> words_of_falsehood = {"false", "0", "no", "off", "n", "f"};

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::optional<std::string> normalise_boolean(std::string_view text) {
  const std::string word = lower_case(text);
  if (contains(words_of_truth, word)) return "true";
  if (contains(words_of_falsehood, word)) return "false";
  return std::nullopt;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits.size() > maximum_digits) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string> normalise_integer(const SettingRow& row, std::string_view text) {
  const auto value = whole_number(text);
  if (!value) return std::nullopt;
  std::string canonical = fmt::format("{}", *value);
  if (!row.choices.empty() && !contains(row.choices, canonical)) return std::nullopt;
  if (row.minimum && *value < *row.minimum) return std::nullopt;
  if (row.maximum && *value > *row.maximum) return std::nullopt;
  return canonical;
}

bool is_allowed_text(const SettingRow& row, std::string_view text) {
  if (!row.choices.empty()) return contains(row.choices, text);
  if (row.maximum_bytes && text.size() > *row.maximum_bytes) return false;
  if (row.pattern.empty()) return true;
  const re2::StringPiece pattern(row.pattern.data(), row.pattern.size());
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), RE2(pattern, RE2::Quiet));
}

}  // namespace

std::optional<std::string> normalise(const SettingRow& row, std::string_view text) {
  if (row.kind == SettingKind::boolean) return normalise_boolean(text);
  if (row.kind == SettingKind::integer) return normalise_integer(row, text);
  if (!is_allowed_text(row, text)) return std::nullopt;
  return std::string(text);
}

std::string found(const SettingRow& row, const std::optional<std::string>& value) {
  if (!value) return "not set";
  if (row.secret) return "found a value that is not shown";
  if (value->size() > maximum_shown_bytes) return fmt::format("found a value of {} bytes", value->size());
  return fmt::format("found '{}'", *value);
}

}  // namespace vdp::settings
