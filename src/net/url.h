// Url: an absolute http or https URL (RFC 3986), in the parts that a request needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace vdp {

/// Path and query stay encoded exactly as they were given, because signatures cover their bytes: nothing is decoded,
/// re-encoded, sorted or removed ("//", "/../" and "%c3" included).
struct Url {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< lower case; an IPv6 literal without its brackets
  std::uint16_t port = 0;
  std::string path = "/";            ///< begins with '/'
  std::optional<std::string> query;  ///< without '?'; an empty one ("?" alone) is kept

  bool operator==(const Url&) const = default;

  /// The URL as text; the scheme's own port is left out.
  std::string text() const;
  /// "host" or "host:port", as the Host header and a signature have it.
  std::string authority() const;
  /// "https://host:port": who is talked to. Equal for the URLs that credentials may be shared between.
  std::string origin() const;
  /// What a request line asks for (RFC 9112, section 3.2.1): path and query.
  std::string target() const;
  /// For errors and logs: without the query, which may carry a signature.
  std::string without_query() const;
};

/// `invalid` for anything but an absolute http(s) URL: user-info, a fragment, characters that must be encoded, a '%'
/// without two hexadecimal digits, an internationalised host that is not in its "xn--" form. Messages do not repeat
/// user-info or query.
Result<Url> parse_url(std::string_view text);

/// The URL that `reference` (a Location header) means, seen from `base` (RFC 3986, section 5.2); a fragment is dropped.
Result<Url> resolve_reference(const Url& base, std::string_view reference);

/// For errors and logs, a location that may be no URL at all, and may hold what it must not: without what stands before
/// an '@' (user-info, wherever it was meant to end) and without query and fragment. Not for anything but people.
std::string without_secrets(std::string_view location);

}  // namespace vdp
