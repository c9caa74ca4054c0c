#include "net/url.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "net/percent_encoding.h"

namespace vdp {
namespace {

constexpr std::size_t max_url_length = 16 * 1024;  // presigned queries with a session token take about 2 KiB
constexpr std::size_t max_host_length = 253;       // RFC 1035, section 2.3.4, written without the last dot

struct Authority {
  std::string host;
  std::optional<std::uint16_t> port;
};

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// Letters, digits, '-', '.' and '_' (which real bucket hosts have). RFC 3986 would also take percent-encoded names,
/// but different readers of those see different hosts.
bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) {
    return invalid(fmt::format("port \"{}\" is no number from 1 to 65535", text));
  }
  return port;
}

Result<std::string> parse_ipv6_literal(std::string_view text) {
  std::string host = lower_case(text);
  in6_addr ignored{};
  if (inet_pton(AF_INET6, host.c_str(), &ignored) != 1)
    return invalid(fmt::format("\"[{}]\" is no IPv6 address", text));
  return host;
}

Result<std::string> parse_host(std::string_view text) {
  std::string host = lower_case(text);
  if (host.empty()) return invalid("the host is missing");
  if (host.size() > max_host_length) {
    return invalid(fmt::format("a host of {} characters, at most {} are possible", host.size(), max_host_length));
  }
  if (!std::ranges::all_of(host, is_host_character) || host.front() == '.' || host.find("..") != std::string::npos) {
    return invalid("the host holds something else than letters, digits, '-', '_' and single dots between them");
  }
  return host;
}

Result<Authority> parse_authority(std::string_view text) {
  if (text.find('@') != std::string_view::npos) {
    return invalid("user-info before the host is refused: credentials do not belong into a URL");
  }
  Authority authority;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return invalid("'[' without ']' in the host");
    VDP_ASSIGN(authority.host, parse_ipv6_literal(text.substr(1, close - 1)));
    rest = text.substr(close + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    VDP_ASSIGN(authority.host, parse_host(text.substr(0, colon)));
    rest = text.substr(colon);
  }
  if (rest.empty() || rest == ":") return authority;  // an empty port means the scheme's own (section 3.2.3)
  if (!rest.starts_with(':')) return invalid("something else than a port follows the host");
  VDP_ASSIGN(authority.port, parse_port(rest.substr(1)));
  return authority;
}

/// Sections 3.3 and 3.4: what is not allowed raw would be read differently by different servers and proxies.
Status check_characters(std::string_view text, std::string_view where) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !hex_digit(text[i + 1]) || !hex_digit(text[i + 2])) {
        return invalid(fmt::format("'%' without two hexadecimal digits in the {}", where));
      }
    } else if (!is_path_character(c) && !(where == "query" && c == '?')) {
      return invalid(
          fmt::format("byte 0x{:02x} in the {} must be percent-encoded", static_cast<unsigned char>(c), where));
    }
  }
  return {};
}

Result<std::string> parse_scheme(std::string_view text) {
  std::string scheme = lower_case(text);
  if (scheme != "http" && scheme != "https") return invalid("the scheme is neither http nor https");
  return scheme;
}

/// Fills path and query from what follows the authority.
Status parse_target(std::string_view text, Url& url) {
  if (text.find('#') != std::string_view::npos) {
    return invalid("'#' begins a fragment, which is never sent: one that belongs to a name is written %23");
  }
  const std::size_t mark = text.find('?');
  const std::string_view path = text.substr(0, mark);
  VDP_TRY(check_characters(path, "path"));
  url.path = path.empty() ? "/" : std::string(path);
  if (mark == std::string_view::npos) return {};
  const std::string_view query = text.substr(mark + 1);
  VDP_TRY(check_characters(query, "query"));
  url.query = std::string(query);
  return {};
}

Result<Url> parse_parts(std::string_view text) {
  if (text.size() > max_url_length) {
    return over_limit(fmt::format("a URL of {} bytes, at most {} are allowed", text.size(), max_url_length));
  }
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return invalid("no absolute URL: it does not begin with a scheme and \"://\"");
  Url url;
  VDP_ASSIGN(url.scheme, parse_scheme(text.substr(0, colon)));
  const std::string_view rest = text.substr(colon + 3);
  const std::size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  VDP_ASSIGN(const Authority authority, parse_authority(rest.substr(0, authority_end)));
  url.host = authority.host;
  url.port = authority.port.value_or(default_port(url.scheme));
  VDP_TRY(parse_target(rest.substr(authority_end), url));
  return url;
}

}  // namespace

std::string Url::authority() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  std::string text = is_ipv6 ? "[" + host + "]" : host;
  if (port != default_port(scheme)) text += fmt::format(":{}", port);
  return text;
}

std::string Url::origin() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("{}://[{}]:{}", scheme, host, port) : fmt::format("{}://{}:{}", scheme, host, port);
}

std::string Url::target() const { return query ? path + "?" + *query : path; }
std::string Url::without_query() const { return scheme + "://" + authority() + path; }
std::string Url::text() const { return scheme + "://" + authority() + target(); }

std::string without_secrets(std::string_view location) {
  constexpr std::size_t max_shown = 200;
  location = location.substr(0, location.find_first_of("?#"));
  const std::size_t at = location.rfind('@');
  const bool has_user_info = at != std::string_view::npos;
  std::string shown = has_user_info ? "***@" : "";
  for (const char c : location.substr(has_user_info ? at + 1 : 0, max_shown)) shown += c >= ' ' && c <= '~' ? c : '?';
  return shown;
}

Result<Url> parse_url(std::string_view text) {
  auto url = parse_parts(text);
  if (!url) return std::unexpected(within(fmt::format("URL \"{}\"", without_secrets(text)), std::move(url).error()));
  return url;
}

}  // namespace vdp
