#include "net/http_headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace vdp {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// tchar of RFC 9110, section 5.6.2.
bool is_token_character(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// Takes a number and the separator that must follow it off the front of `text`.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view separator) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with(separator)) return std::nullopt;
  text.remove_prefix(separator.size());
  return number;
}

}  // namespace

bool same_header_name(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

std::optional<std::string_view> HttpHeaders::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers_, [&](const HttpHeader& h) { return same_header_name(h.name, name); });
  if (found == headers_.end()) return std::nullopt;
  return found->value;
}

Status check_header(std::string_view name, std::string_view value) {
  if (name.empty() || !std::ranges::all_of(name, is_token_character)) {
    return invalid("the name of a header is empty or holds something else than letters, digits and !#$%&'*+-.^_`|~");
  }
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    return invalid(fmt::format("the value of the header {} holds a line break or NUL", name));
  }
  return {};
}

std::optional<ContentRange> parse_content_range(std::string_view value) {
  constexpr std::string_view unit = "bytes ";
  if (!same_header_name(value.substr(0, unit.size()), unit)) return std::nullopt;
  value.remove_prefix(unit.size());
  const auto first = take_number(value, "-");
  const auto last = first ? take_number(value, "/") : std::nullopt;
  if (!last || *first > *last) return std::nullopt;
  if (value == "*") return ContentRange{*first, *last, std::nullopt};
  const auto size = take_number(value, "");
  if (!size || !value.empty() || *last >= *size) return std::nullopt;
  return ContentRange{*first, *last, *size};
}

}  // namespace vdp
