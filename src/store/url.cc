#include "store/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace vdp {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// pchar of RFC 3986, section 3.3 (unreserved, sub-delims, ':' and '@'), and the separator '/'.
bool stays_as_it_is(char c) {
  if (is_letter(c) || is_digit(c)) return true;
  return std::string_view("-._~!$&'()*+,;=:@/").find(c) != std::string_view::npos;
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

}  // namespace

std::string encode_path(std::string_view path) {
  std::string encoded;
  encoded.reserve(path.size());
  for (char c : path) {
    if (stays_as_it_is(c)) {
      encoded += c;
    } else {
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

Result<std::string> decode_path(std::string_view encoded) {
  std::string path;
  path.reserve(encoded.size());
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] != '%') {
      path += encoded[i];
      continue;
    }
    const auto high = i + 1 < encoded.size() ? hex_digit(encoded[i + 1]) : std::nullopt;
    const auto low = i + 2 < encoded.size() ? hex_digit(encoded[i + 2]) : std::nullopt;
    if (!high || !low) return invalid(fmt::format("\"{}\": '%' without two hexadecimal digits", encoded));
    path += static_cast<char>(*high << 4 | *low);
    i += 2;
  }
  return path;
}

bool has_scheme(std::string_view location) {
  const std::size_t end = location.find("://");
  if (end == std::string_view::npos || end == 0 || !is_letter(location.front())) return false;
  return std::ranges::all_of(location.substr(0, end),
                             [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
}

Result<std::string> path_of_file_url(const std::string& url) {
  constexpr std::string_view scheme = "file://";
  constexpr std::string_view this_machine = "localhost/";
  std::string_view rest = url;
  if (!rest.starts_with(scheme)) return invalid(fmt::format("\"{}\" is no file URL", url));
  rest.remove_prefix(scheme.size());
  if (rest.starts_with(this_machine)) rest.remove_prefix(this_machine.size() - 1);
  if (!rest.starts_with('/')) {
    return invalid(fmt::format("\"{}\": a file URL names an absolute path: file:///data/store/", url));
  }
  return decode_path(rest);
}

std::string object_url(const ObjectStore& store, std::string_view key) { return store.url() + encode_path(key); }

}  // namespace vdp
